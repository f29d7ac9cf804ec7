namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>The middle of repeated measurements: a noisy machine's outliers must not decide.</summary>
internal static class Median
{
    /// <summary>Takes the median.</summary>
    /// <param name="values">At least one.</param>
    /// <returns>The middle one, or the mean of the middle two.</returns>
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
