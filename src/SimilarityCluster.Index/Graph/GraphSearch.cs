namespace SimilarityCluster.Index.Graph;

/// <summary>One search of a graph: down, around, and the best of it compared by their vectors.</summary>
internal static unsafe class GraphSearch
{
    internal static FilterPlanKind Kind = FilterPlanKind.WalkMembers;
    internal static int FellBack;

    /// <summary>Searches.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="view">The graph; not empty.</param>
    /// <param name="entry">Where to begin.</param>
    /// <param name="query">What is searched for, but for the vector.</param>
    /// <param name="values">The vector, shape [dimension].</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
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
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var vector = scratch.Query.Load(values);
        var most = Math.Min(view.Limit, Math.Max(query.Breadth, hits.Length));
        var breadth = float.IsPositiveInfinity(query.MaxDistance) ? most : Math.Min(query.Breadth, most);
        while (true)
        {
            var stopped = Walk(view, entry, query, vector, breadth, hits.Length, scratch, ref stop);
            var pool = scratch.Pool;
            var count = GraphFinish.Run(view, vector, pool.Keys, query.MaxDistance, hits, ref order);

            // What a walk kept last is its least certain part, so the half of it should lie beyond.
            if (stopped || breadth == most || pool.LiveCount < breadth || count <= breadth / 2)
            {
                return new SearchOutcome(count, stopped);
            }

            breadth = breadth > most / 2 ? most : 2 * breadth;
        }
    }

    private static bool Walk<TStop>(
        in GraphView view,
        int entry,
        scoped in VectorQuery query,
        float* vector,
        int breadth,
        int limit,
        SearchScratch scratch,
        ref TStop stop)
        where TStop : struct, IStopCondition
    {
        scratch.Begin(view.Limit, breadth);
        if (query.Filter is not { } set)
        {
            var walk = new WholeWalk<NoFilter, TStop>(view, entry, vector, default, scratch, ref stop);
            return view.Scoring.Run<WholeWalk<NoFilter, TStop>, bool>(ref walk);
        }

        if (Kind == FilterPlanKind.WalkAll)
        {
            var walk = new WholeWalk<SetFilter, TStop>(
                view, entry, vector, new SetFilter(set), scratch, ref stop);
            return view.Scoring.Run<WholeWalk<SetFilter, TStop>, bool>(ref walk);
        }

        var scan = new MemberSearch<TStop>(view, entry, vector, set, Kind, scratch, ref stop);
        return view.Scoring.Run<MemberSearch<TStop>, bool>(ref scan);
    }

    private readonly ref struct WholeWalk<TFilter, TStop>(
        in GraphView view, int entry, float* vector, TFilter filter, SearchScratch scratch, ref TStop stop)
        : IScorerTask<bool>
        where TFilter : struct, IRowFilter
        where TStop : struct, IStopCondition
    {
        private readonly ref readonly GraphView _view = ref view;
        private readonly ref TStop _stop = ref stop;

        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            var query = TScorer.Load(_view, vector, scratch.Code);
            var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
            GraphWalk.Seed<TScorer, TFilter>(_view, query, nearest, filter, scratch);
            return GraphWalk.Walk<TScorer, TFilter, TStop>(_view, 0, query, filter, scratch, ref _stop);
        }
    }

    private readonly ref struct MemberSearch<TStop>(
        in GraphView view,
        int entry,
        float* vector,
        RowSet set,
        FilterPlanKind kind,
        SearchScratch scratch,
        ref TStop stop)
        : IScorerTask<bool>
        where TStop : struct, IStopCondition
    {
        private readonly ref readonly GraphView _view = ref view;
        private readonly ref TStop _stop = ref stop;

        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            var query = TScorer.Load(_view, vector, scratch.Code);
            if (kind == FilterPlanKind.WalkMembers)
            {
                var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
                var end = MemberWalk.Run<TScorer, TStop>(
                    _view, query, nearest, set, set.Count, scratch, ref _stop);
                if (end == WalkEnd.Stopped || (end == WalkEnd.Over && scratch.Pool.IsFull))
                {
                    return end == WalkEnd.Stopped;
                }
            }

            FellBack++;
            return MemberScan.Run<TScorer, TStop>(_view, query, set, scratch, ref _stop);
        }
    }
}
