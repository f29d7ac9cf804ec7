namespace SimilarityCluster.Index.Graph;

/// <summary>Walks to the members of a set, as <see cref="FilterPlanner"/> has it.</summary>
/// <typeparam name="TStop">Ends the walk early.</typeparam>
/// <param name="view">The graph; not empty.</param>
/// <param name="entry">Where to begin.</param>
/// <param name="vector">Shape [padded dimension].</param>
/// <param name="set">The members.</param>
/// <param name="given">What the plan depends on.</param>
/// <param name="scan">How the members would be scanned.</param>
/// <param name="reach">How far to walk; null for as many members as the breadth.</param>
/// <param name="scratch">The search's memory; its pool holds the result.</param>
/// <param name="stop">Ends the walk early.</param>
internal readonly unsafe ref struct FilteredWalk<TStop>(
    in GraphView view,
    int entry,
    float* vector,
    RowSet set,
    in FilterCase given,
    in ScanPlan scan,
    SearchReach? reach,
    SearchScratch scratch,
    ref TStop stop)
    : IScorerTask<SearchEnd>
    where TStop : struct, IStopCondition
{
    private readonly ref readonly GraphView _view = ref view;
    private readonly ref readonly FilterCase _given = ref given;
    private readonly ref readonly ScanPlan _scan = ref scan;
    private readonly ref TStop _stop = ref stop;

    /// <summary>Walks, unless a scan is cheaper.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <returns>How it ended.</returns>
    public SearchEnd Run<TScorer>()
        where TScorer : struct, IRowScorer
    {
        var query = TScorer.Load(_view, vector, scratch.Code);
        var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
        if (FilterPlanner.TryWalkAll(_given, _scan, out var plan))
        {
            var end = Walk<TScorer>(query, nearest, plan);
            if (end != SearchEnd.Lost)
            {
                return end;
            }
        }

        var look = MemberWalk.Look<TScorer>(_view, query, set, ref nearest, scratch);
        plan = FilterPlanner.Walk(_given, _scan, look);
        var ended = Walk<TScorer>(query, nearest, plan);
        if (ended != SearchEnd.Lost || plan.Kind != FilterPlanKind.WalkMembers)
        {
            return ended;
        }

        plan = FilterPlanner.Walk(_given, _scan, look, overMembers: false);
        return Walk<TScorer>(query, nearest, plan);
    }

    private SearchEnd Walk<TScorer>(in WalkQuery query, int nearest, in WalkPlan plan)
        where TScorer : struct, IRowScorer
    {
        switch (plan.Kind)
        {
            case FilterPlanKind.WalkMembers:
                Begin(plan, int.MaxValue);
                return MemberWalk.Run<TScorer, TStop>(_view, query, nearest, set, plan, scratch, ref _stop);
            case FilterPlanKind.WalkAll:
                Begin(plan, plan.Reach);
                return WalkAll<TScorer>(query, nearest, plan);
            default:
                return SearchEnd.Lost;
        }
    }

    private void Begin(in WalkPlan plan, int room)
    {
        scratch.Begin(_view.Limit, plan.Breadth, room);
        reach?.Begin(scratch.Pool, plan.Breadth, plan.Limit, _given.MemberCount, room);
    }

    private SearchEnd WalkAll<TScorer>(in WalkQuery query, int nearest, in WalkPlan plan)
        where TScorer : struct, IRowScorer
    {
        // Members that are compared in the end lie among so many more rows.
        var compared = GraphSearch.ComparedOf(_view, plan.Limit) * (long)_given.RowCount / _given.MemberCount;
        scratch.ComparedPlaces = (int)Math.Min(plan.Reach, compared);
        var filter = new SetFilter(set);
        GraphWalk.Seed<TScorer, SetFilter>(_view, query, nearest, filter, scratch);
        if (GraphWalk.Walk<TScorer, SetFilter, TStop>(_view, 0, query, filter, scratch, ref _stop))
        {
            return SearchEnd.Stopped;
        }

        // A walk with a reach may end before its breadth, but not because there was no room.
        var pool = scratch.Pool;
        return pool.LiveCount >= plan.Breadth || (pool.IsBounded && pool.Count < plan.Reach)
            ? SearchEnd.Walked
            : SearchEnd.Lost;
    }
}
