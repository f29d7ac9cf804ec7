using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Recovery;

/// <summary>One start of a server on the directory of a killed one.</summary>
/// <param name="ReadySeconds">From the start of the process until it said that it is ready.</param>
/// <param name="OpenSeconds">Until its log said that the shard is open.</param>
/// <param name="AnswerSeconds">Until the first search was answered.</param>
/// <param name="AtAnswer">Memory then.</param>
/// <param name="AfterSome">Memory after a hundred searches.</param>
/// <param name="Steady">Memory at rest, after a thousand searches more.</param>
internal sealed record RecoveryRound(
    double ReadySeconds,
    double OpenSeconds,
    double AnswerSeconds,
    ServerMemory AtAnswer,
    ServerMemory AfterSome,
    ServerMemory Steady)
{
    /// <summary>The most that was ever resident, as a multiple of what is at rest.</summary>
    public double PeakRatio => Steady.Peak / (double)Steady.Resident;
}
