using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>A walk from member to member of a set.</summary>
/// <remarks>
/// Only members are scored and kept. Where few of a row's neighbours are members, the walk looks through the
/// others to theirs. Sources: Patel et al., "ACORN", 2024, section 5; for the choice by the row's own
/// neighbours Sehgal and Salihoğlu, "NaviX", 2025.
/// </remarks>
internal static unsafe class MemberWalk
{
    private const int ExpansionsBetweenStops = 8;

    // Nearest rows whose neighbours are looked at: so many that one in thirty is not missed.
    private const int LookBreadth = 6;

    // Where fewer of a row's neighbours are members, the others are looked through.
    private const double EnoughMembers = 0.5;

    // More than twice as many new members as a row has links are not looked for: they are at a distance where
    // the next rows find them, too.
    private const int MostPerLink = 2;

    // Rows expanded before their cost tells what the walk will cost, and how much more of them it takes than
    // its breadth where members are hard to find.
    private const int ExpansionsToJudge = 8;
    private const double ExpansionsPerBreadth = 1.2;

    // What a step costs, in codes of a scan: a member comes out of order and is kept, a row that is looked
    // through is waited for.
    private const int ScoreCost = 3;
    private const int ThroughCost = 2;

    /// <summary>Looks for members around the query.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="set">The members.</param>
    /// <param name="nearest">A row near the query, member or not; a nearer one, if there is one.</param>
    /// <param name="scratch">Work memory.</param>
    /// <returns>Members among the neighbours of the nearest rows.</returns>
    public static MemberLook Look<TScorer>(
        in GraphView view, in WalkQuery query, RowSet set, ref int nearest, SearchScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var never = default(NeverStop);
        scratch.Begin(view.Limit, Math.Min(LookBreadth, view.Limit));
        GraphWalk.Seed<TScorer, NoFilter>(view, query, nearest, default, scratch);
        GraphWalk.Walk<TScorer, NoFilter, NeverStop>(view, 0, query, default, scratch, ref never);
        var look = default(MemberLook);
        foreach (var key in scratch.Pool.Keys)
        {
            var slots = view.Slots(CandidateKey.Row(key), 0);
            for (var slot = 0; slot < view.SlotCount(0); slot++)
            {
                var row = Volatile.Read(ref slots[slot]);
                if ((uint)row < (uint)view.Limit)
                {
                    look = new MemberLook(look.RowCount + 1, look.MemberCount + (set.Contains(row) ? 1 : 0));
                }
            }
        }

        nearest = CandidateKey.Row(scratch.Pool.Keys[0]);
        return look;
    }

    /// <summary>Walks.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TStop">Ends the walk early.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="nearest">A row near the query, member or not.</param>
    /// <param name="set">The members.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="scratch">The walk's memory, begun as planned; its pool holds the result.</param>
    /// <param name="stop">Ends the walk early.</param>
    /// <returns>How it ended.</returns>
    public static SearchEnd Run<TScorer, TStop>(
        in GraphView view,
        in WalkQuery query,
        int nearest,
        RowSet set,
        in WalkPlan plan,
        SearchScratch scratch,
        ref TStop stop)
        where TScorer : struct, IRowScorer
        where TStop : struct, IStopCondition
    {
        var pool = scratch.Pool;
        var row = nearest;
        Begin<TScorer>(view, query, row, set, scratch);
        var spent = 0.0;
        for (var expansion = 1; ; expansion++)
        {
            if (expansion % ExpansionsBetweenStops == 1 && stop.ShouldStop())
            {
                return SearchEnd.Stopped;
            }

            spent += Expand<TScorer>(view, query, row, set, scratch);
            var more = Math.Max(1, ExpansionsPerBreadth * plan.Breadth / expansion);
            if (expansion >= ExpansionsToJudge && spent * more > plan.Budget)
            {
                return SearchEnd.Lost;
            }

            if (!pool.TryExpand(out row))
            {
                return pool.IsBounded ? SearchEnd.Walked : SearchEnd.Lost;
            }
        }
    }

    // The first row is expanded whether it is a member or not.
    private static void Begin<TScorer>(
        in GraphView view, in WalkQuery query, int row, RowSet set, SearchScratch scratch)
        where TScorer : struct, IRowScorer
    {
        if (IsMember(view, set, row))
        {
            GraphWalk.Seed<TScorer, NoFilter>(view, query, row, default, scratch);
            scratch.Pool.TryExpand(out _);
        }
        else
        {
            scratch.Tags[row] = scratch.Met;
        }
    }

    private static bool IsMember(in GraphView view, RowSet set, int row) =>
        set.Contains(row) && !view.Rows.IsDeleted(row);

    // Scores the members around a row, and tells what that cost.
    private static int Expand<TScorer>(
        in GraphView view, in WalkQuery query, int row, RowSet set, SearchScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var tags = scratch.Tags;
        var found = scratch.Found;
        var through = scratch.Batch;
        var (met, limit, slotCount) = (scratch.Met, (uint)view.Limit, view.SlotCount(0));
        var (count, throughCount, memberCount, linkCount) = (0, 0, 0, 0);
        var slots = view.Slots(row, 0);
        for (var slot = 0; slot < slotCount; slot++)
        {
            var neighbour = Volatile.Read(ref slots[slot]);
            if ((uint)neighbour >= limit)
            {
                continue;
            }

            // Without branches: which of them are members is anyone's guess.
            var (isMember, isNew) = (IsMember(view, set, neighbour), tags[neighbour] != met);
            linkCount++;
            memberCount += isMember ? 1 : 0;
            found[count] = neighbour;
            through[throughCount] = neighbour;
            tags[neighbour] = isMember ? met : tags[neighbour];
            count += isMember & isNew ? 1 : 0;
            throughCount += !isMember & isNew ? 1 : 0;
        }

        throughCount = memberCount < linkCount * EnoughMembers ? throughCount : 0;
        for (var index = 0; index < throughCount; index++)
        {
            Prefetch.Run(view.Slots(through[index], 0), slotCount * sizeof(int));
        }

        var ahead = GraphWalk.AheadOf<TScorer>(view);
        var (cost, total) = (count * ScoreCost, count);
        for (var index = 0; index < throughCount && total < MostPerLink * slotCount; index++)
        {
            if (count + slotCount >= scratch.FoundLength)
            {
                GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, ahead, default, scratch);
                count = 0;
            }

            tags[through[index]] = met;
            var added = AddMembers(view, set, view.Slots(through[index], 0), found + count, scratch);
            count += added;
            total += added;
            cost += ThroughCost + (added * ScoreCost);
        }

        GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, ahead, default, scratch);
        return cost;
    }

    // Members that this walk has not met.
    private static int AddMembers(
        in GraphView view, RowSet set, int* slots, int* found, SearchScratch scratch)
    {
        var tags = scratch.Tags;
        var (met, limit, slotCount, count) = (scratch.Met, (uint)view.Limit, view.SlotCount(0), 0);
        for (var slot = 0; slot < slotCount; slot++)
        {
            var neighbour = Volatile.Read(ref slots[slot]);
            if ((uint)neighbour < limit)
            {
                var isFound = IsMember(view, set, neighbour) & (tags[neighbour] != met);
                tags[neighbour] = isFound ? met : tags[neighbour];
                found[count] = neighbour;
                count += isFound ? 1 : 0;
            }
        }

        return count;
    }
}
