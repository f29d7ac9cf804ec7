namespace SimilarityCluster.Index.Graph;

/// <summary>Finds candidates among the members of a set, as <see cref="FilterPlanner"/> has it.</summary>
/// <typeparam name="TStop">Ends the search early.</typeparam>
/// <param name="view">The graph; not empty.</param>
/// <param name="entry">Where to begin.</param>
/// <param name="vector">Shape [padded dimension].</param>
/// <param name="set">The members.</param>
/// <param name="given">What the plan depends on.</param>
/// <param name="scan">How the members would be scanned.</param>
/// <param name="scratch">The search's memory; its pool holds the result.</param>
/// <param name="stop">Ends the search early.</param>
internal readonly unsafe ref struct FilteredSearch<TStop>(
    in GraphView view,
    int entry,
    float* vector,
    RowSet set,
    in FilterCase given,
    in ScanPlan scan,
    SearchScratch scratch,
    ref TStop stop)
    : IScorerTask<SearchEnd>
    where TStop : struct, IStopCondition
{
    private readonly ref readonly GraphView _view = ref view;
    private readonly ref readonly FilterCase _given = ref given;
    private readonly ref readonly ScanPlan _scan = ref scan;
    private readonly ref TStop _stop = ref stop;

    /// <summary>Walks; and where that does not lead to enough members, or costs too much, scans.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <returns>How it ended.</returns>
    public SearchEnd Run<TScorer>()
        where TScorer : struct, IRowScorer
    {
        var query = TScorer.Load(_view, vector, scratch.Code);
        if (!FilterPlanner.IsScanBest(_given, _scan))
        {
            var end = Walk<TScorer>(query);
            if (end != SearchEnd.Lost)
            {
                return end;
            }

            // Now, while the pool holds what the walk has found.
            if (_stop.ShouldStop())
            {
                return SearchEnd.Stopped;
            }
        }

        scratch.Begin(_view.Limit, _scan.Breadth);
        return _scan.Kind == FilterPlanKind.CompareVectors
            ? SearchEnd.TooCoarse
            : MemberScan.Run<TScorer, TStop>(
                _view, query, vector, set, _scan.Breadth, scratch, ref _stop);
    }

    private SearchEnd Walk<TScorer>(in WalkQuery query)
        where TScorer : struct, IRowScorer
    {
        var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
        if (FilterPlanner.TryWalkAll(_given, _scan, out var plan))
        {
            var end = Walk<TScorer>(query, nearest, plan);
            if (end != SearchEnd.Lost)
            {
                return end;
            }
        }

        plan = FilterPlanner.Walk(
            _given, _scan, MemberWalk.Look<TScorer>(_view, query, set, ref nearest, scratch));
        return Walk<TScorer>(query, nearest, plan);
    }

    private SearchEnd Walk<TScorer>(in WalkQuery query, int nearest, in WalkPlan plan)
        where TScorer : struct, IRowScorer
    {
        if (plan.Kind == FilterPlanKind.WalkMembers)
        {
            scratch.Begin(_view.Limit, plan.Reach);
            return MemberWalk.Run<TScorer, TStop>(_view, query, nearest, set, plan, scratch, ref _stop);
        }

        if (plan.Kind != FilterPlanKind.WalkAll)
        {
            return SearchEnd.Lost;
        }

        var filter = new SetFilter(set);
        scratch.Begin(_view.Limit, plan.Breadth, plan.Reach);
        GraphWalk.Seed<TScorer, SetFilter>(_view, query, nearest, filter, scratch);
        return GraphWalk.Walk<TScorer, SetFilter, TStop>(_view, 0, query, filter, scratch, ref _stop)
            ? SearchEnd.Stopped
            : scratch.Pool.IsFull ? SearchEnd.Walked : SearchEnd.Lost;
    }
}
