namespace SimilarityCluster.Index.Graph;

/// <summary>Scores the members of a set one after the other, by their codes.</summary>
internal static unsafe class MemberScan
{
    // After this part of the members, and no fewer than so many, the best so far show whether codes tell the
    // nearest members from the next ones.
    private const int TrialShare = 32;
    private const int LeastTrial = 256;

    /// <summary>Scores every live member; the best are in the pool afterwards.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TStop">Ends the scan early; asked every batch.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="vector">The query's vector, shape [padded dimension].</param>
    /// <param name="set">The members.</param>
    /// <param name="breadth">Members to keep.</param>
    /// <param name="scratch">The search's memory, begun.</param>
    /// <param name="stop">Ends the scan early.</param>
    /// <returns>How it ended; when codes are too coarse, the pool is empty.</returns>
    public static SearchEnd Run<TScorer, TStop>(
        in GraphView view,
        in WalkQuery query,
        float* vector,
        RowSet set,
        int breadth,
        SearchScratch scratch,
        ref TStop stop)
        where TScorer : struct, IRowScorer
        where TStop : struct, IStopCondition
    {
        var found = scratch.Found;
        var ahead = GraphWalk.AheadOf<TScorer>(view);
        var (trial, scored) = (Math.Max(LeastTrial, set.Count / TrialShare), 0);
        for (var row = set.Next(0); row < view.Limit;)
        {
            if (stop.ShouldStop())
            {
                return SearchEnd.Stopped;
            }

            var count = Gather(view, set, ref row, scratch);
            GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, ahead, default, scratch);
            if (scored < trial && scored + count >= trial && row < view.Limit
                && GraphFinish.AreTooCoarse(
                    view, vector, scratch.Pool.Keys, breadth * (double)(scored + count) / set.Count))
            {
                scratch.Begin(view.Limit, 1);
                return SearchEnd.TooCoarse;
            }

            scored += count;
        }

        return SearchEnd.Scanned;
    }

    /// <summary>
    /// Gathers the next live members that were not met, in <see cref="SearchScratch.Found"/>.
    /// </summary>
    /// <param name="view">The graph.</param>
    /// <param name="set">The members.</param>
    /// <param name="row">A member, or above the limit; the first one not gathered afterwards.</param>
    /// <param name="scratch">The search's memory.</param>
    /// <returns>How many there are.</returns>
    public static int Gather(in GraphView view, RowSet set, ref int row, SearchScratch scratch)
    {
        var tags = scratch.Tags;
        var found = scratch.Found;
        var (met, length, count) = (scratch.Met, scratch.FoundLength, 0);
        for (; row < view.Limit && count < length; row = set.Next(row + 1))
        {
            if (tags[row] != met && !view.Rows.IsDeleted(row))
            {
                found[count++] = row;
            }
        }

        return count;
    }
}
