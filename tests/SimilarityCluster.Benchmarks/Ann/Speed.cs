namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>How fast an engine was at a recall in one round.</summary>
/// <param name="Target">The recall.</param>
/// <param name="Round">Counted from 0.</param>
/// <param name="Wall">Queries a second.</param>
/// <param name="Cpu">Queries a second of the thread's processor time.</param>
/// <param name="AllocatedBytes">Managed bytes that a search allocated.</param>
/// <param name="BaseWall">
/// The base, in the run before or after; null when it does not bracket the target.
/// </param>
/// <param name="BaseCpu">Likewise, by processor time.</param>
internal sealed record Speed(
    double Target,
    int Round,
    double Wall,
    double Cpu,
    double AllocatedBytes,
    double? BaseWall,
    double? BaseCpu);
