namespace SimilarityCluster.Index.Graph;

/// <summary>Chooses a row's neighbours among candidates (paper: algorithm 4).</summary>
/// <remarks>
/// A candidate is taken when it is nearer to the base than to every one taken before, so that links lead in
/// many directions. Two additions: the owner's links to its parent and children are always taken, and at most
/// a quarter are copies of the base, which would otherwise keep a group of copies to itself.
/// </remarks>
internal static unsafe class NeighbourChoice
{
    /// <summary>Chooses.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="self">The score of the base with itself: that of its copies.</param>
    /// <param name="candidates">Scored with the base, ascending.</param>
    /// <param name="chosen">Receives the rows, nearest first; its length is the most that are wanted.</param>
    /// <param name="owner">The row whose links to parent and children must stay, or -1.</param>
    /// <param name="scratch">Work memory.</param>
    /// <returns>How many were chosen.</returns>
    public static int Choose<TScorer>(
        in GraphView view,
        float self,
        ReadOnlySpan<ulong> candidates,
        Span<int> chosen,
        int owner,
        InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var (count, copies) = (0, chosen.Length / 4);
        var free = chosen.Length - CountTreeLinks(view, owner, candidates);
        foreach (var key in candidates)
        {
            var (row, score) = (CandidateKey.Row(key), CandidateKey.Score(key));
            if (!IsTreeLink(view, owner, row))
            {
                if (free == 0
                    || (score == self && copies-- <= 0)
                    || IsCovered<TScorer>(view, row, score, scratch.ChosenQueries.AsSpan(0, count)))
                {
                    continue;
                }

                free--;
            }

            scratch.ChosenQueries[count] = TScorer.OfRow(view, row, scratch.Chosen[count]);
            chosen[count++] = row;
            if (count == chosen.Length)
            {
                break;
            }
        }

        return count;
    }

    private static bool IsCovered<TScorer>(
        in GraphView view, int row, float score, ReadOnlySpan<WalkQuery> chosen)
        where TScorer : struct, IRowScorer
    {
        foreach (ref readonly var other in chosen)
        {
            if (TScorer.Score(view, other, row) < score)
            {
                return true;
            }
        }

        return false;
    }

    private static int CountTreeLinks(in GraphView view, int owner, ReadOnlySpan<ulong> candidates)
    {
        var count = 0;
        if (owner >= 0)
        {
            foreach (var key in candidates)
            {
                count += IsTreeLink(view, owner, CandidateKey.Row(key)) ? 1 : 0;
            }
        }

        return count;
    }

    private static bool IsTreeLink(in GraphView view, int owner, int row) =>
        owner >= 0 && (view.Nodes[row]->Parent == owner || view.Nodes[owner]->Parent == row);
}
