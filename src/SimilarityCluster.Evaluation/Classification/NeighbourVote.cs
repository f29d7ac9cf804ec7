namespace SimilarityCluster.Evaluation.Classification;

/// <summary>Names the class of a query by the classes of its nearest neighbours.</summary>
/// <remarks>Ties go to the class that has the nearest neighbour among the tied ones.</remarks>
public static class NeighbourVote
{
    // A neighbour at distance 0 would weigh infinitely much and silence even other neighbours at 0.
    private const double SmallestDistance = 1e-6;

    /// <summary>
    /// The class of the nearest neighbour: the 1-NN rule of Cover and Hart (1967), section II.
    /// </summary>
    /// <param name="neighbours">Nearest first.</param>
    /// <returns>The class, or null without neighbours.</returns>
    public static string? Nearest(IReadOnlyList<LabelledNeighbour> neighbours)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        return neighbours.Count == 0 ? null : neighbours[0].Label;
    }

    /// <summary>
    /// The class with the largest sum of 1 / distance over the k nearest neighbours, a weighting named by
    /// Dudani, "The distance-weighted k-nearest-neighbor rule" (1976), section II.
    /// </summary>
    /// <param name="neighbours">Nearest first.</param>
    /// <param name="count">k, the neighbours that vote, 1 or more.</param>
    /// <returns>The class, or null without neighbours.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public static string? DistanceWeighted(IReadOnlyList<LabelledNeighbour> neighbours, int count)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        // Grouping keeps the order of first appearance, and MaxBy takes the first of equals.
        return neighbours.Take(count)
            .GroupBy(neighbour => neighbour.Label, StringComparer.Ordinal)
            .MaxBy(group => group.Sum(neighbour => 1 / Math.Max(neighbour.Distance, SmallestDistance)))?
            .Key;
    }
}
