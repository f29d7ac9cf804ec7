using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>Searches a graph for one vector after the other. Thread-safe.</summary>
/// <param name="rows">The vectors.</param>
/// <param name="links">The graph.</param>
/// <param name="reach">How far walks go.</param>
internal sealed class GraphSearcher(VectorRows rows, GraphLinks links, SearchReach reach) : IVectorSearcher
{
    private readonly ScratchPool<SearchScratch> _scratches =
        new(() => new SearchScratch(rows, links.Connectivity));

    /// <inheritdoc/>
    public SearchOutcome Search<TOrder, TStop>(
        scoped in VectorQuery query, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        rows.CheckDimension(query.Vector, nameof(query));
        var outcome = default(SearchOutcome);
        Run(query, hits, new Span<SearchOutcome>(ref outcome), ref order, ref stop);
        return outcome;
    }

    /// <inheritdoc/>
    /// <remarks>All searches see the graph of one moment.</remarks>
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
        Run(queries, hits, outcomes, ref order, ref stop);
    }

    /// <summary>Finds the nearest rows to a row, but not the row itself.</summary>
    /// <param name="hidden">The row, on the lowest level only.</param>
    /// <param name="breadth">The breadth.</param>
    /// <param name="hits">Receives them; its length is the limit.</param>
    /// <returns>How many were found.</returns>
    public int SearchWithout(HiddenRow hidden, int breadth, Span<RowHit> hits)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var scratch = _scratches.Rent();
        scratch.Hidden = hidden;
        var view = links.View(rows, out var entry);
        var query = new VectorQuery(rows[hidden.Row], breadth);
        var outcome = GraphSearch.Run(
            view, entry, query, query.Vector, hits, reach, scratch, ref order, ref never);
        scratch.Hidden = null;
        _scratches.Return(scratch);
        GC.KeepAlive(this);
        GC.KeepAlive(view.Layout);
        return outcome.Count;
    }

    private void Run<TOrder, TStop>(
        scoped in VectorQuery queries,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries.Breadth, 1, nameof(queries));
        outcomes.Clear();
        var view = links.View(rows, out var entry);
        if (entry < 0 || hits.IsEmpty)
        {
            return;
        }

        var scratch = _scratches.Rent();
        var limit = hits.Length / outcomes.Length;
        for (var number = 0; number < outcomes.Length; number++)
        {
            outcomes[number] = GraphSearch.Run(
                view,
                entry,
                queries,
                queries.Vector.Slice(number * rows.Dimension, rows.Dimension),
                hits.Slice(number * limit, limit),
                reach,
                scratch,
                ref order,
                ref stop);
        }

        // After the last use of its addresses; a stop or order that throws only loses it.
        _scratches.Return(scratch);
        GC.KeepAlive(this);
        GC.KeepAlive(view.Layout); // The graph may have other codes by now, and need these no more.
    }
}
