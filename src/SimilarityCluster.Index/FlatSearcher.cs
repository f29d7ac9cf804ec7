using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index;

/// <summary>Compares the query with every live row: exact, and the oracle of every other searcher.</summary>
/// <param name="rows">What is searched.</param>
public sealed class FlatSearcher(VectorRows rows) : IVectorSearcher
{
    private const int RowsBetweenStops = 64;

    private readonly ScratchPool<AlignedQuery> _queries =
        new(() => new AlignedQuery(rows.Dimension, rows.PaddedDimension));

    /// <inheritdoc/>
    public SearchOutcome Search<TOrder, TStop>(
        ReadOnlySpan<float> query, int breadth, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        SearchRange(query, 0, rows.Count, hits, 0, ref order, ref stop);

    /// <summary>
    /// Improves hits by comparing the live rows of a range. Thread-safe, also beside one writer.
    /// </summary>
    /// <remarks>
    /// For rows that a graph lacks: read <see cref="HnswGraph.Count"/>, search the graph, then this range
    /// from that count on. Given hits inside the range are dropped first and found again, so that a row that
    /// entered the graph meanwhile is not returned twice.
    /// </remarks>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="query">Shape [dimension]; of length 1 under <see cref="Metric.Cosine"/>.</param>
    /// <param name="first">First row of the range, 0 to <paramref name="end"/>.</param>
    /// <param name="end">First row behind the range, at most <see cref="VectorRows.Count"/>.</param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by order; its length is the limit.
    /// </param>
    /// <param name="found">How many of its first elements are hits already, in any order.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits there are now, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="query"/> has another dimension than the rows.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The range or <paramref name="found"/> is out of range.
    /// </exception>
    public SearchOutcome SearchRange<TOrder, TStop>(
        ReadOnlySpan<float> query,
        int first,
        int end,
        Span<RowHit> hits,
        int found,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        rows.CheckDimension(query);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, rows.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, end);
        ArgumentOutOfRangeException.ThrowIfNegative(found);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(found, hits.Length);
        var heap = new HitHeap<TOrder>(hits, DropRange(hits[..found], first, end), ref order);
        var stopped = rows.Metric switch
        {
            Metric.Cosine => Scan<CosineMetric, TOrder, TStop>(query, first, end, ref heap, ref stop),
            Metric.Dot => Scan<DotMetric, TOrder, TStop>(query, first, end, ref heap, ref stop),
            _ => Scan<EuclideanMetric, TOrder, TStop>(query, first, end, ref heap, ref stop),
        };
        return new SearchOutcome(heap.Sort(), stopped);
    }

    private static int DropRange(Span<RowHit> hits, int first, int end)
    {
        var kept = 0;
        foreach (var hit in hits)
        {
            if (hit.Row < first || hit.Row >= end)
            {
                hits[kept++] = hit;
            }
        }

        return kept;
    }

    private unsafe bool Scan<TMetric, TOrder, TStop>(
        ReadOnlySpan<float> query, int first, int end, ref HitHeap<TOrder> heap, ref TStop stop)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var scratch = _queries.Rent();
        var aligned = scratch.Load(query);
        var view = rows.View();
        var length = rows.PaddedDimension;
        var stopped = false;
        for (var row = first; row < end; row++)
        {
            if ((row - first) % RowsBetweenStops == 0 && stop.ShouldStop())
            {
                stopped = true;
                break;
            }

            if (view.IsDeleted(row))
            {
                continue;
            }

            var distance = TMetric.Distance(TMetric.Score(aligned, view.Vectors[row], length));
            if (distance <= heap.Bound)
            {
                heap.Offer(row, distance);
            }
        }

        // After the last use of its address; an order that throws only loses a scratch.
        _queries.Return(scratch);
        GC.KeepAlive(rows);
        return stopped;
    }
}
