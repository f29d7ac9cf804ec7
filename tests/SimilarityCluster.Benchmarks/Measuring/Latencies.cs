namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>Latencies of single calls; not thread-safe, one per caller, then joined.</summary>
internal sealed class Latencies
{
    private readonly List<double> _milliseconds = [];

    /// <summary>Adds one call.</summary>
    /// <param name="elapsed">How long it took.</param>
    public void Add(TimeSpan elapsed) => _milliseconds.Add(elapsed.TotalMilliseconds);

    /// <summary>Takes over the calls of another caller.</summary>
    /// <param name="other">The other's.</param>
    public void Join(Latencies other) => _milliseconds.AddRange(other._milliseconds);

    /// <summary>The latency that a share of the calls did not exceed.</summary>
    /// <param name="share">0 to 1.</param>
    /// <returns>Milliseconds.</returns>
    public double Percentile(double share)
    {
        _milliseconds.Sort();
        return _milliseconds[(int)Math.Min(_milliseconds.Count - 1, share * _milliseconds.Count)];
    }
}
