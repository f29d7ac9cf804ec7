namespace SimilarityCluster.Index.Graph;

/// <summary>Chooses a row's neighbours among candidates (paper: algorithm 4).</summary>
/// <remarks>
/// A candidate is taken when it is nearer to the base than to every one taken before, so that links lead in
/// many directions. Two additions: some can be named that are taken in any case, and at most a quarter are
/// copies of the base, which would otherwise keep a group of copies to itself.
/// </remarks>
internal static unsafe class NeighbourChoice
{
    /// <summary>Chooses.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="self">The score of the base with itself: that of its copies.</param>
    /// <param name="candidates">Scored with the base, ascending.</param>
    /// <param name="staying">Those among the candidates that are taken in any case.</param>
    /// <param name="chosen">Receives the rows, nearest first; its length is the most that are wanted.</param>
    /// <param name="scratch">Work memory.</param>
    /// <returns>How many were chosen.</returns>
    public static int Choose<TScorer>(
        in GraphView view,
        float self,
        ReadOnlySpan<ulong> candidates,
        ReadOnlySpan<int> staying,
        Span<int> chosen,
        InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var (count, copies) = (0, chosen.Length / 4);
        var free = chosen.Length - staying.Length;
        foreach (var key in candidates)
        {
            var (row, score) = (CandidateKey.Row(key), CandidateKey.Score(key));
            if (!staying.Contains(row))
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
}
