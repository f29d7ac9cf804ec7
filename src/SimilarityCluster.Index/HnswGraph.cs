using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index;

/// <summary>
/// A hierarchical navigable small world graph: walks from row to nearer row, and so compares few of them.
/// </summary>
/// <remarks>
/// It holds the rows 0 to <see cref="Count"/> - 1, inserted in this order; later rows are not found, see
/// <see cref="FlatSearcher.SearchRange"/>. Deleted rows are walked over but not returned. Searches wait for
/// nobody and may run beside an insertion, whose row they see once it is done; insertions wait for each
/// other. On the lowest level every row can be reached from every other one. Source: Malkov and Yashunin
/// 2018, algorithms 1 to 5.
/// </remarks>
public sealed class HnswGraph : IVectorSearcher
{
    private readonly VectorRows _rows;
    private readonly GraphLinks _links;
    private readonly GraphBuilder _builder;
    private readonly ScratchPool<SearchScratch> _scratches;
    private readonly Lock _writer = new();

    /// <summary>Makes an empty graph.</summary>
    /// <param name="rows">Where the vectors are.</param>
    /// <param name="options">How it is built; read now.</param>
    /// <exception cref="ValidationException">An option is out of range; the message names it.</exception>
    public HnswGraph(VectorRows rows, HnswOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        _rows = rows;
        _links = new GraphLinks(options.Connectivity);
        _builder = new GraphBuilder(rows, _links, options);
        _scratches = new ScratchPool<SearchScratch>(() => new SearchScratch(rows, options.Connectivity));
    }

    /// <summary>Rows inserted: those from this number on are not in the graph.</summary>
    public int Count => _links.Count;

    /// <summary>The links, for tests that check them.</summary>
    internal GraphLinks Links => _links;

    /// <summary>Inserts the next row, deleted or not. Thread-safe; insertions wait for each other.</summary>
    /// <param name="row">Must be <see cref="Count"/>, and in the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Another row is next, or there is no such row yet.
    /// </exception>
    public void Insert(int row)
    {
        lock (_writer)
        {
            if (row != Count || row >= _rows.Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(row), row, $"The next row is {Count}, and there are {_rows.Count} rows.");
            }

            switch (_rows.Metric)
            {
                case Metric.Cosine:
                    _builder.Insert<CosineMetric>(row);
                    break;
                case Metric.Dot:
                    _builder.Insert<DotMetric>(row);
                    break;
                default:
                    _builder.Insert<EuclideanMetric>(row);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="breadth"/> is less than 1.</exception>
    public SearchOutcome Search<TOrder, TStop>(
        ReadOnlySpan<float> query, int breadth, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        _rows.CheckDimension(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(breadth, 1);
        breadth = Math.Max(breadth, hits.Length);
        return _rows.Metric switch
        {
            Metric.Cosine => Search<CosineMetric, TOrder, TStop>(query, breadth, hits, ref order, ref stop),
            Metric.Dot => Search<DotMetric, TOrder, TStop>(query, breadth, hits, ref order, ref stop),
            _ => Search<EuclideanMetric, TOrder, TStop>(query, breadth, hits, ref order, ref stop),
        };
    }

    private unsafe SearchOutcome Search<TMetric, TOrder, TStop>(
        ReadOnlySpan<float> query, int breadth, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var view = _links.View(_rows, out var entry);
        if (entry < 0 || hits.IsEmpty)
        {
            return default;
        }

        var scratch = _scratches.Rent();
        var aligned = scratch.Query.Load(query);
        var nearest = GraphWalk.Descend<TMetric>(view, aligned, entry, view.Nodes[entry]->Level, 0);
        scratch.Begin(view.Limit, Math.Min(breadth, view.Limit));
        GraphWalk.Seed<TMetric>(view, aligned, nearest, scratch);
        var stopped = GraphWalk.Walk<TMetric, TStop>(view, 0, aligned, scratch, ref stop);
        var count = Collect<TMetric, TOrder>(view, scratch.Pool.Keys, hits, ref order);
        // After the last use of its addresses; a stop or order that throws only loses it.
        _scratches.Return(scratch);
        GC.KeepAlive(this);
        return new SearchOutcome(count, stopped);
    }

    // Scores ascend, so distances do; but equal distances come in the caller's order, not in that of the
    // scores.
    private static int Collect<TMetric, TOrder>(
        in GraphView view, ReadOnlySpan<ulong> keys, Span<RowHit> hits, ref TOrder order)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
    {
        var heap = new HitHeap<TOrder>(hits, 0, ref order);
        foreach (var key in keys)
        {
            var distance = TMetric.Distance(CandidateKey.Score(key));
            if (distance > heap.Bound)
            {
                break;
            }

            var row = CandidateKey.Row(key);
            if (!CandidateKey.IsDead(key) && !view.Rows.IsDeleted(row))
            {
                heap.Offer(row, distance);
            }
        }

        return heap.Sort();
    }
}
