using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>All that was measured of one engine.</summary>
/// <param name="Curve">Its recall.</param>
/// <param name="BuildCost">What building took, with one thread.</param>
/// <param name="WasKept">Whether that was in an earlier command.</param>
/// <param name="ResidentBytes">Growth of resident size in a fresh process, or null.</param>
internal sealed record EngineRun(RecallCurve Curve, Cost BuildCost, bool WasKept, long? ResidentBytes)
{
    /// <summary>The engine.</summary>
    public IAnnEngine Engine => Curve.Engine;

    /// <summary>Where it reaches the targets, as far as that was measured.</summary>
    public Dictionary<double, Bracket> Brackets { get; } = [];

    /// <summary>Its speed there, round by round.</summary>
    public List<Speed> Speeds { get; } = [];

    /// <summary>The middle of the rounds at a target.</summary>
    /// <param name="target">The recall.</param>
    /// <param name="value">What is asked of a round; null where a round has none.</param>
    /// <returns>The median with the extremes, or null when nothing was measured.</returns>
    public Spread? At(double target, Func<Speed, double?> value)
    {
        var values = Speeds.Where(speed => speed.Target == target).Select(value).OfType<double>().ToArray();
        return values.Length == 0 ? null : Spread.Of(values);
    }
}
