using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index;

/// <summary>Compares the query with every live row: exact, and the oracle of every other searcher.</summary>
/// <param name="rows">What is searched.</param>
public sealed class FlatSearcher(VectorRows rows) : IVectorSearcher
{
    // Rows that several queries are compared with while the second level cache holds them; between two such
    // blocks the stop condition is asked.
    private const int BlockBytes = 192 << 10;
    private const int LeastBlock = 8;
    private const int MostBlock = 64;

    private readonly int _blockLength =
        Math.Clamp(BlockBytes / (rows.PaddedDimension * sizeof(float)), LeastBlock, MostBlock);

    private readonly ScratchPool<AlignedQueries> _queries =
        new(() => new AlignedQueries(rows.Dimension, rows.PaddedDimension));

    /// <inheritdoc/>
    public SearchOutcome Search<TOrder, TStop>(
        scoped in VectorQuery query, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        SearchRange(query, 0, rows.Count, hits, 0, ref order, ref stop);

    /// <inheritdoc/>
    public void SearchEach<TOrder, TStop>(
        scoped in VectorQuery queries,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        rows.CheckShapes(queries.Vector, hits, outcomes);
        outcomes.Clear();
        Scan(queries, 0, rows.Count, hits, outcomes, ref order, ref stop);
    }

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
    /// <param name="query">What is searched for; one vector.</param>
    /// <param name="first">First row of the range, 0 to <paramref name="end"/>.</param>
    /// <param name="end">First row behind the range, at most <see cref="VectorRows.Count"/>.</param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by order; its length is the limit.
    /// </param>
    /// <param name="found">
    /// How many of its first elements are hits of the same query already, in any order.
    /// </param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits there are now, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException">
    /// The vector of <paramref name="query"/> has another dimension than the rows.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The range or <paramref name="found"/> is out of range.
    /// </exception>
    public SearchOutcome SearchRange<TOrder, TStop>(
        scoped in VectorQuery query,
        int first,
        int end,
        Span<RowHit> hits,
        int found,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        rows.CheckDimension(query.Vector, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, rows.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, end);
        ArgumentOutOfRangeException.ThrowIfNegative(found);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(found, hits.Length);
        var kept = DropRange(hits[..found], first, end);
        _ = new HitHeap<TOrder>(hits, kept, ref order);
        var outcome = new SearchOutcome(kept, Stopped: false);
        Scan(query, first, end, hits, new Span<SearchOutcome>(ref outcome), ref order, ref stop);
        return outcome;
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

    // From a filter's and a metric's value to their types.
    private void Scan<TOrder, TStop>(
        scoped in VectorQuery queries,
        int first,
        int end,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        if (queries.Filter is { } set)
        {
            ScanFor(queries, new SetFilter(set), first, end, hits, outcomes, ref order, ref stop);
        }
        else
        {
            ScanFor(queries, default(NoFilter), first, end, hits, outcomes, ref order, ref stop);
        }
    }

    private void ScanFor<TFilter, TOrder, TStop>(
        scoped in VectorQuery queries,
        TFilter filter,
        int first,
        int end,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TFilter : struct, IRowFilter
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        switch (rows.Metric)
        {
            case Metric.Cosine:
                ScanBy<CosineMetric, TFilter, TOrder, TStop>(
                    queries, filter, first, end, hits, outcomes, ref order, ref stop);
                break;
            case Metric.Dot:
                ScanBy<DotMetric, TFilter, TOrder, TStop>(
                    queries, filter, first, end, hits, outcomes, ref order, ref stop);
                break;
            default:
                ScanBy<EuclideanMetric, TFilter, TOrder, TStop>(
                    queries, filter, first, end, hits, outcomes, ref order, ref stop);
                break;
        }
    }

    // The outcomes hold how many hits each query has so far, and these lie as its heap left them.
    private unsafe void ScanBy<TMetric, TFilter, TOrder, TStop>(
        scoped in VectorQuery queries,
        TFilter filter,
        int first,
        int end,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TMetric : struct, IMetric
        where TFilter : struct, IRowFilter
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var scratch = _queries.Rent();
        var aligned = scratch.Load(queries.Vector);
        var view = rows.View();
        var limit = outcomes.IsEmpty ? 0 : hits.Length / outcomes.Length;
        var stopped = false;
        Span<int> block = stackalloc int[_blockLength];
        for (var next = first; Gather(view, filter, ref next, end, block) is > 0 and var count;)
        {
            if (stop.ShouldStop())
            {
                stopped = true;
                break;
            }

            for (var number = 0; number < outcomes.Length; number++)
            {
                var heap = HitHeap<TOrder>.Resume(
                    hits.Slice(number * limit, limit), outcomes[number].Count, ref order);
                Compare<TMetric, TOrder>(
                    view,
                    aligned + (number * (long)rows.PaddedDimension),
                    block[..count],
                    queries.MaxDistance,
                    ref heap);
                outcomes[number] = new SearchOutcome(heap.Count, Stopped: false);
            }
        }

        // After the last use of its address; an order that throws only loses a scratch.
        _queries.Return(scratch);
        GC.KeepAlive(rows);
        for (var number = 0; number < outcomes.Length; number++)
        {
            var heap = HitHeap<TOrder>.Resume(
                hits.Slice(number * limit, limit), outcomes[number].Count, ref order);
            outcomes[number] = new SearchOutcome(heap.Sort(), stopped);
        }
    }

    // The next live rows that may be found.
    private static int Gather<TFilter>(
        in RowsView view, TFilter filter, ref int next, int end, Span<int> block)
        where TFilter : struct, IRowFilter
    {
        var count = 0;
        for (next = filter.Next(next); next < end; next = filter.Next(next + 1))
        {
            if (view.IsDeleted(next))
            {
                continue;
            }

            if (count == block.Length)
            {
                break;
            }

            block[count++] = next;
        }

        return count;
    }

    private unsafe void Compare<TMetric, TOrder>(
        in RowsView view,
        float* query,
        scoped ReadOnlySpan<int> block,
        float maxDistance,
        ref HitHeap<TOrder> heap)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
    {
        var length = rows.PaddedDimension;
        foreach (var row in block)
        {
            var distance = TMetric.Distance(TMetric.Score(query, view.Vectors[row], length));
            if (distance <= heap.Bound && distance <= maxDistance)
            {
                heap.Offer(row, distance);
            }
        }
    }
}
