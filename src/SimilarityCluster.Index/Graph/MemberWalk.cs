using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>A walk from member to member of a set.</summary>
/// <remarks>
/// Only members are scored and kept. Where few of a row's neighbours are members, the walk looks through the
/// others to theirs. Source: Patel et al., "ACORN", 2024, section 5; the choice by the row's own neighbours:
/// Sehgal and Salihoğlu, "NaviX", 2025.
/// </remarks>
internal static unsafe class MemberWalk
{
    internal static int SeedCount = 16;
    internal static int EnoughPercent = 50;
    internal static long ScoredTotal, ThroughTotal, ExpandedTotal, CheckedTotal;

    private const int ExpansionsBetweenStops = 8;

    /// <summary>Walks.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TStop">Ends the walk early.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="nearest">A row near the query, member or not.</param>
    /// <param name="set">The members.</param>
    /// <param name="budget">What the walk may cost, in scored rows.</param>
    /// <param name="scratch">The walk's memory, begun; its pool holds the result.</param>
    /// <param name="stop">Ends the walk early.</param>
    /// <returns>How it ended.</returns>
    public static WalkEnd Run<TScorer, TStop>(
        in GraphView view,
        in WalkQuery query,
        int nearest,
        RowSet set,
        int budget,
        SearchScratch scratch,
        ref TStop stop)
        where TScorer : struct, IRowScorer
        where TStop : struct, IStopCondition
    {
        Seed<TScorer>(view, query, nearest, set, scratch);
        var row = nearest;
        for (var expansion = 0; budget > 0; expansion++)
        {
            if (expansion % ExpansionsBetweenStops == 0 && stop.ShouldStop())
            {
                return WalkEnd.Stopped;
            }

            budget -= Expand<TScorer>(view, query, row, set, scratch);
            if (!scratch.Pool.TryExpand(out row))
            {
                return WalkEnd.Over;
            }
        }

        return WalkEnd.OverBudget;
    }

    private static void Seed<TScorer>(
        in GraphView view, in WalkQuery query, int nearest, RowSet set, SearchScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var found = scratch.Found;
        var count = 0;
        Add(view, nearest);
        var seeds = Math.Min(SeedCount, set.Count);
        for (var seed = 0L; seed < seeds; seed++)
        {
            Add(view, set.At((int)(((2 * seed) + 1) * set.Count / (2 * seeds))));
        }

        GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, default, scratch);
        scratch.Tags[nearest] = scratch.Met;

        void Add(in GraphView of, int row)
        {
            if (row < of.Limit && scratch.Tags[row] != scratch.Met && IsMember(of, set, row))
            {
                scratch.Tags[row] = scratch.Met;
                found[count++] = row;
            }
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
        var met = scratch.Met;
        var (count, throughCount, memberCount, linkCount) = (0, 0, 0, 0);
        var slots = view.Slots(row, 0);
        var (limit, slotCount) = ((uint)view.Limit, view.SlotCount(0));
        for (var slot = 0; slot < slotCount; slot++)
        {
            var neighbour = Volatile.Read(ref slots[slot]);
            if ((uint)neighbour >= limit)
            {
                continue;
            }

            linkCount++;
            if (IsMember(view, set, neighbour))
            {
                memberCount++;
                if (tags[neighbour] != met)
                {
                    tags[neighbour] = met;
                    found[count++] = neighbour;
                }
            }
            else if (tags[neighbour] != met)
            {
                through[throughCount++] = neighbour;
            }
        }

        ExpandedTotal++;
        var scored = count;
        if (memberCount * 100 >= linkCount * EnoughPercent)
        {
            GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, default, scratch);
            ScoredTotal += scored;
            return scored;
        }

        for (var index = 0; index < throughCount; index++)
        {
            Prefetch.Run(view.Slots(through[index], 0), slotCount * sizeof(int));
        }

        for (var index = 0; index < throughCount; index++)
        {
            if (count + slotCount > scratch.FoundLength)
            {
                GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, default, scratch);
                count = 0;
            }

            tags[through[index]] = met;
            var links = view.Slots(through[index], 0);
            for (var slot = 0; slot < slotCount; slot++)
            {
                var neighbour = Volatile.Read(ref links[slot]);
                if ((uint)neighbour < limit && tags[neighbour] != met && IsMember(view, set, neighbour))
                {
                    tags[neighbour] = met;
                    found[count++] = neighbour;
                    scored++;
                }
            }
        }

        GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, default, scratch);
        ScoredTotal += scored;
        ThroughTotal += throughCount;
        return scored + (throughCount / 2);
    }
}
