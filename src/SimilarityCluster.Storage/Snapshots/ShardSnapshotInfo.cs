#pragma warning disable MA0048 // The exception is read with what there are too many of.
using SimilarityCluster.Storage.Manifests;

namespace SimilarityCluster.Storage.Snapshots;

/// <summary>A state of a shard that is kept until it is dropped.</summary>
/// <param name="Name">Distinct in its shard.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Sequence">The log position of the state: the number of writes that are in it.</param>
public sealed record ShardSnapshotInfo(string Name, DateTimeOffset Time, long Sequence)
{
    /// <summary>The snapshot that a pin keeps.</summary>
    internal static ShardSnapshotInfo Of(ShardPin pin) =>
        new(pin.Name, DateTimeOffset.FromUnixTimeMilliseconds(pin.Time), pin.Sequence);
}

/// <summary>The shard keeps as many snapshots as it may; nothing was taken, drop one first.</summary>
/// <param name="message">Names the limit.</param>
/// <param name="limit">Most snapshots of a shard.</param>
public sealed class ShardSnapshotLimitException(string message, int limit) : Exception(message)
{
    /// <summary>Most snapshots of a shard.</summary>
    public int Limit { get; } = limit;
}
