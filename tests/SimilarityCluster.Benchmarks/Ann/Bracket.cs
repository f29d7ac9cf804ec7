namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>A recall between two measured points.</summary>
/// <param name="Target">The recall.</param>
/// <param name="Low">Less recall.</param>
/// <param name="High">As much or more, at a neighbouring breadth.</param>
internal sealed record Bracket(double Target, RecallPoint Low, RecallPoint High)
{
    /// <summary>A speed at the target: its logarithm is taken as linear in recall.</summary>
    /// <param name="low">Speed at <see cref="Low"/>.</param>
    /// <param name="high">Speed at <see cref="High"/>.</param>
    /// <returns>The speed.</returns>
    public double Interpolate(double low, double high)
    {
        var share = (Target - Low.Recall) / (High.Recall - Low.Recall);
        return low * Math.Pow(high / low, share);
    }
}
