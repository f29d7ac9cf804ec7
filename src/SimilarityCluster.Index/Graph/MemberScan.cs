namespace SimilarityCluster.Index.Graph;

/// <summary>Scores the members of a set one after the other.</summary>
internal static unsafe class MemberScan
{
    /// <summary>
    /// Scores every live member that this search has not met; the best are in the pool afterwards.
    /// </summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <typeparam name="TStop">Ends the scan early; asked every batch.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The query.</param>
    /// <param name="set">The members.</param>
    /// <param name="scratch">The search's memory.</param>
    /// <param name="stop">Ends the scan early.</param>
    /// <returns>Whether it was stopped.</returns>
    public static bool Run<TScorer, TStop>(
        in GraphView view, in WalkQuery query, RowSet set, SearchScratch scratch, ref TStop stop)
        where TScorer : struct, IRowScorer
        where TStop : struct, IStopCondition
    {
        var met = scratch.Met;
        var tags = scratch.Tags;
        var found = scratch.Found;
        for (var row = set.Next(0); row < view.Limit;)
        {
            if (stop.ShouldStop())
            {
                return true;
            }

            var count = 0;
            for (; row < view.Limit && count < scratch.FoundLength; row = set.Next(row + 1))
            {
                if (tags[row] != met && !view.Rows.IsDeleted(row))
                {
                    tags[row] = met;
                    found[count++] = row;
                }
            }

            GraphWalk.Offer<TScorer, NoFilter>(view, 0, query, found, count, default, scratch);
        }

        return false;
    }
}
