using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>The two walks: down the levels to one near row, and around there to many.</summary>
internal static unsafe class GraphWalk
{
    /// <summary>
    /// Rows that are expanded together, so that their neighbours are waited for together; a few that would
    /// not have been expanded alone are no loss, as they are among the nearest.
    /// </summary>
    public const int Beam = 3;

    private const int StepsBetweenStops = 3;

    // A processor waits for about this many cache lines at a time; to ask for more only makes them wait.
    private const int PrefetchLines = 40;
    private const int MostAhead = 16;

    /// <summary>
    /// Goes to the nearest row on each level from the top (paper: algorithm 5, lines 3 to 6).
    /// </summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="row">Where to begin.</param>
    /// <param name="fromLevel">The level to begin on.</param>
    /// <param name="toLevel">The level to arrive on, itself not searched.</param>
    /// <returns>The nearest row found.</returns>
    public static int Descend<TScorer>(
        in GraphView view, in WalkQuery query, int row, int fromLevel, int toLevel)
        where TScorer : struct, IRowScorer
    {
        var nearest = TScorer.Score(view, query, row);
        for (var level = fromLevel; level > toLevel; level--)
        {
            int before;
            do
            {
                before = row;
                var slots = view.Slots(row, level);
                for (var slot = 0; slot < view.Connectivity; slot++)
                {
                    var neighbour = Volatile.Read(ref slots[slot]); // Once: a writer may change it meanwhile.
                    if ((uint)neighbour < (uint)view.Limit)
                    {
                        TScorer.Prefetch(view, neighbour);
                    }
                }

                for (var slot = 0; slot < view.Connectivity; slot++)
                {
                    var neighbour = Volatile.Read(ref slots[slot]);
                    if ((uint)neighbour >= (uint)view.Limit)
                    {
                        continue;
                    }

                    var score = TScorer.Score(view, query, neighbour);
                    if (score < nearest)
                    {
                        (row, nearest) = (neighbour, score);
                    }
                }
            }
            while (row != before);
        }

        return row;
    }

    /// <summary>Puts the first row into a walk that has begun.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TFilter">Which rows count as live.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="row">The row.</param>
    /// <param name="filter">Which rows count as live, if they are not deleted.</param>
    /// <param name="scratch">The walk's memory.</param>
    public static void Seed<TScorer, TFilter>(
        in GraphView view, in WalkQuery query, int row, TFilter filter, SearchScratch scratch)
        where TScorer : struct, IRowScorer
        where TFilter : struct, IRowFilter
    {
        scratch.Tags[row] = scratch.Met;
        var score = TScorer.Score(view, query, row);
        var isDead = view.Rows.IsDeleted(row) || !filter.Contains(row);
        scratch.Pool.Insert(CandidateKey.Of(score, row, isDead));
    }

    /// <summary>Expands rows, nearest first, until none is left in the pool (paper: algorithm 2).</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TFilter">Which rows count as live.</typeparam>
    /// <typeparam name="TStop">Ends the walk early; asked every few rows.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="level">The level to walk on.</param>
    /// <param name="query">The query.</param>
    /// <param name="filter">Which rows count as live, if they are not deleted.</param>
    /// <param name="scratch">The walk's memory, seeded; its pool holds the result.</param>
    /// <param name="stop">Ends the walk early.</param>
    /// <returns>Whether it was stopped.</returns>
    public static bool Walk<TScorer, TFilter, TStop>(
        in GraphView view,
        int level,
        in WalkQuery query,
        TFilter filter,
        SearchScratch scratch,
        ref TStop stop)
        where TScorer : struct, IRowScorer
        where TFilter : struct, IRowFilter
        where TStop : struct, IStopCondition
    {
        var pool = scratch.Pool;
        var ahead = AheadOf<TScorer>(view);
        for (var step = 0; pool.TryExpand(out var row); step++)
        {
            if (step % StepsBetweenStops == 0 && stop.ShouldStop())
            {
                return true;
            }

            var (count, together) = (0, 0);
            do
            {
                count = Gather(view, level, row, scratch, count);
                if (pool.Place < scratch.ComparedPlaces && pool.IsPlaceLive)
                {
                    Prefetch.RunFar(view.Rows.Vectors[row], view.Length * sizeof(float));
                }
            }
            while (++together < Beam && pool.TryExpand(out row));

            Offer<TScorer, TFilter>(view, level, query, scratch.Batch, count, ahead, filter, scratch);
        }

        return false;
    }

    /// <summary>How many rows ahead of its scoring a row is asked for.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <returns>2 and up.</returns>
    public static int AheadOf<TScorer>(in GraphView view)
        where TScorer : struct, IRowScorer =>
        Math.Clamp(PrefetchLines * Prefetch.LineBytes / TScorer.Bytes(view), 2, MostAhead);

    /// <summary>Scores rows and offers them to the pool.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TFilter">Which rows count as live.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="level">The level of the walk.</param>
    /// <param name="query">The query.</param>
    /// <param name="rows">Shape [count]; not offered before.</param>
    /// <param name="count">How many.</param>
    /// <param name="ahead">See <see cref="AheadOf"/>.</param>
    /// <param name="filter">Which rows count as live, if they are not deleted.</param>
    /// <param name="scratch">The walk's memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Offer<TScorer, TFilter>(
        in GraphView view,
        int level,
        in WalkQuery query,
        int* rows,
        int count,
        int ahead,
        TFilter filter,
        SearchScratch scratch)
        where TScorer : struct, IRowScorer
        where TFilter : struct, IRowFilter
    {
        var pool = scratch.Pool;
        for (var next = 0; next < Math.Min(count, ahead); next++)
        {
            TScorer.Prefetch(view, rows[next]);
        }

        for (var index = 0; index < count; index++)
        {
            if (index + ahead < count)
            {
                TScorer.Prefetch(view, rows[index + ahead]);
            }

            var row = rows[index];
            var score = TScorer.Score(view, query, row);
            if (CandidateKey.Of(score, row, isDead: false) < pool.Bound)
            {
                var isDead = view.Rows.IsDeleted(row) || !filter.Contains(row);
                pool.Insert(CandidateKey.Of(score, row, isDead));
                Prefetch.Run(view.Slots(row, level), view.SlotCount(level) * sizeof(int));
            }
        }
    }

    // Neighbours that this walk has not met; a free slot's -1 is as far above the limit as a row can be.
    private static int Gather(in GraphView view, int level, int row, SearchScratch scratch, int count)
    {
        var batch = scratch.Batch;
        var tags = scratch.Tags;
        var slots = view.Slots(row, level);
        var (met, limit, slotCount) = (scratch.Met, (uint)view.Limit, view.SlotCount(level));
        for (var slot = 0; slot < slotCount; slot++)
        {
            var neighbour = Volatile.Read(ref slots[slot]);
            if ((uint)neighbour < limit)
            {
                // Whether it is new is a toss-up, so better added than branched on.
                batch[count] = neighbour;
                var isNew = tags[neighbour] != met;
                count += Unsafe.BitCast<bool, byte>(isNew);
                tags[neighbour] = met;
            }
        }

        return count;
    }
}
