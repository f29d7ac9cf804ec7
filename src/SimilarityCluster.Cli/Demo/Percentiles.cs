namespace SimilarityCluster.Cli.Demo;

/// <summary>Percentiles of measured values.</summary>
internal static class Percentiles
{
    /// <summary>The smallest value that a share of all values does not exceed (nearest rank).</summary>
    /// <param name="values">At least one, in any order.</param>
    /// <param name="share">Above 0, at most 1.</param>
    /// <returns>One of the values.</returns>
    public static double At(IReadOnlyCollection<double> values, double share)
    {
        var ordered = values.Order().ToList();
        return ordered[(int)Math.Ceiling(share * ordered.Count) - 1];
    }
}
