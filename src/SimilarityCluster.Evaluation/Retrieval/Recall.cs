namespace SimilarityCluster.Evaluation.Retrieval;

/// <summary>How much of the true neighbourhood an approximate search found.</summary>
public static class Recall
{
    /// <summary>
    /// Recall@k of one query: the share of the k truly nearest ids that stand among the first k found.
    /// </summary>
    /// <param name="found">Ids found, nearest first.</param>
    /// <param name="truth">Ids of an exact search, nearest first and distinct; at least one.</param>
    /// <param name="limit">k, 1 or more. Where the truth holds fewer ids, their number is taken.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is less than 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="truth"/> is empty.</exception>
    /// <remarks>
    /// The definition of Aumüller, Bernhardsson and Faithfull, "ANN-Benchmarks" (2018), section 2.1, by id
    /// instead of by distance: of several records at the k-th distance only those that the truth names count.
    /// It is not the recall@R of Jégou et al. (2011), which asks for the first neighbour only.
    /// </remarks>
    public static double At(IReadOnlyList<string> found, IReadOnlyList<string> truth, int limit)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (truth.Count == 0)
        {
            throw new ArgumentException("The truth must hold at least one id.", nameof(truth));
        }

        var wanted = truth.Take(limit).ToHashSet(StringComparer.Ordinal);
        var expected = wanted.Count;
        foreach (var id in found.Take(limit))
        {
            wanted.Remove(id);
        }

        return (expected - wanted.Count) / (double)expected;
    }
}
