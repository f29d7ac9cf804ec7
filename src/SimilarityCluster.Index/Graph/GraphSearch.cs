namespace SimilarityCluster.Index.Graph;

/// <summary>One search of a graph: down, around, and the best of it compared by their vectors.</summary>
internal static unsafe class GraphSearch
{
    // About twice as many rows as hits are compared by their vectors, of which a part of the second level
    // cache holds so many bytes.
    private const int ComparedPerHit = 2;
    private const int ComparedBytes = 256 << 10;

    /// <summary>Searches.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="view">The graph; not empty.</param>
    /// <param name="entry">Where to begin.</param>
    /// <param name="query">What is searched for, but for the vector.</param>
    /// <param name="values">The vector, shape [dimension].</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="reach">How far to walk.</param>
    /// <param name="scratch">Work memory.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    public static SearchOutcome Run<TOrder, TStop>(
        in GraphView view,
        int entry,
        scoped in VectorQuery query,
        ReadOnlySpan<float> values,
        Span<RowHit> hits,
        SearchReach reach,
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var vector = scratch.Query.Load(values);
        var most = Math.Min(view.Limit, Math.Max(query.Breadth, hits.Length));
        var isRange = !float.IsPositiveInfinity(query.MaxDistance);
        var breadth = isRange ? Math.Min(query.Breadth, most) : most;
        while (true)
        {
            var farther = isRange ? null : reach;
            var byCodes = false;
            var end = query.Filter is { } members
                ? FindMembers(
                    view, entry, vector, members, breadth, hits.Length, farther, scratch, ref stop,
                    out byCodes)
                : FindRows(view, entry, vector, breadth, hits.Length, farther, scratch, ref stop);
            if (end == SearchEnd.Lost)
            {
                var set = query.Filter!; // Only members are scanned.
                return MemberScan<TOrder, TStop>.Run(
                    view, vector, set, byCodes, query.MaxDistance, hits, scratch, ref order, ref stop);
            }

            var pool = scratch.Pool;
            var caution = isRange
                ? GraphFinish.MostCaution
                : GraphFinish.CautionOf(breadth, hits.Length);
            var count = GraphFinish.Run(
                view, vector, pool.Keys, caution, query.MaxDistance, hits, ref order);

            // What a walk kept last is its least certain part, so the half of it should lie beyond.
            var isWalkedOver = query.Filter is null && !pool.IsFull;
            if (end != SearchEnd.Walked
                || breadth == most
                || isWalkedOver
                || count <= pool.LiveCount / 2)
            {
                return new SearchOutcome(count, end == SearchEnd.Stopped);
            }

            breadth = breadth > most / 2 ? most : 2 * breadth;
        }
    }

    /// <summary>How many rows are likely compared by their vectors, after a walk by codes.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="limit">Hits wanted.</param>
    /// <returns>0 when they are compared by their vectors anyhow.</returns>
    public static int ComparedOf(in GraphView view, int limit) => view.Layout.Quantizer is null
        ? 0
        : (int)Math.Min(ComparedPerHit * (long)limit, ComparedBytes / (view.Length * sizeof(float)));

    private static SearchEnd FindRows<TStop>(
        in GraphView view,
        int entry,
        float* vector,
        int breadth,
        int limit,
        SearchReach? reach,
        SearchScratch scratch,
        ref TStop stop)
        where TStop : struct, IStopCondition
    {
        scratch.Begin(view.Limit, breadth);
        scratch.ComparedPlaces = ComparedOf(view, limit);
        reach?.Begin(scratch.Pool, breadth, limit, view.Limit);
        var walk = new Walk<TStop>(view, entry, vector, scratch, ref stop);
        return view.Scoring.Run<Walk<TStop>, bool>(ref walk) ? SearchEnd.Stopped : SearchEnd.Walked;
    }

    private static SearchEnd FindMembers<TStop>(
        in GraphView view,
        int entry,
        float* vector,
        RowSet set,
        int breadth,
        int limit,
        SearchReach? reach,
        SearchScratch scratch,
        ref TStop stop,
        out bool byCodes)
        where TStop : struct, IStopCondition
    {
        var members = set.CountBelow(view.Limit);
        scratch.Begin(view.Limit, breadth);
        byCodes = false;
        if (members == 0)
        {
            return SearchEnd.Walked;
        }

        var given = CaseOf(view, members, breadth, limit);
        var scan = FilterPlanner.Scan(given);
        byCodes = scan.Kind == FilterPlanKind.ScanCodes;
        if (FilterPlanner.IsScanBest(given, scan))
        {
            return SearchEnd.Lost;
        }

        var walk = new FilteredWalk<TStop>(
            view, entry, vector, set, given, scan, reach, scratch, ref stop);
        var end = view.Scoring.Run<FilteredWalk<TStop>, SearchEnd>(ref walk);

        // Now, while the pool holds what the walk has found.
        return end == SearchEnd.Lost && stop.ShouldStop() ? SearchEnd.Stopped : end;
    }

    private static FilterCase CaseOf(in GraphView view, int members, int breadth, int limit) => new(
        view.Limit,
        members,
        breadth,
        Math.Min(limit, view.Limit),
        view.SlotCount(0),
        view.Layout.Quantizer is null ? 0 : view.Layout.LinksOffset,
        view.Length * sizeof(float));

    private readonly ref struct Walk<TStop>(
        in GraphView view, int entry, float* vector, SearchScratch scratch, ref TStop stop)
        : IScorerTask<bool>
        where TStop : struct, IStopCondition
    {
        private readonly ref readonly GraphView _view = ref view;
        private readonly ref TStop _stop = ref stop;

        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            var query = TScorer.Load(_view, vector, scratch.Code);
            var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
            if (scratch.Hidden is not { } hidden)
            {
                return Around<TScorer, NoFilter>(query, nearest, default);
            }

            if (hidden.IsMet)
            {
                return Around<TScorer, AllButOne>(query, nearest, new AllButOne(hidden.Row));
            }

            scratch.Tags[hidden.Row] = scratch.Met;
            return Around<TScorer, NoFilter>(query, nearest, default);
        }

        private bool Around<TScorer, TFilter>(in WalkQuery query, int nearest, TFilter filter)
            where TScorer : struct, IRowScorer
            where TFilter : struct, IRowFilter
        {
            GraphWalk.Seed<TScorer, TFilter>(_view, query, nearest, filter, scratch);
            return GraphWalk.Walk<TScorer, TFilter, TStop>(_view, 0, query, filter, scratch, ref _stop);
        }
    }
}
