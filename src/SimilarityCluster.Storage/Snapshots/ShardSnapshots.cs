using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Upkeep;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Snapshots;

/// <summary>Takes and drops the snapshots of an owner's shard: pins in its manifest. Thread-safe.</summary>
/// <param name="upkeep">Writes manifests.</param>
/// <param name="lifetime">Stops when another owner has claimed the shard.</param>
/// <param name="time">The clock.</param>
internal sealed class ShardSnapshots(ShardUpkeep upkeep, ShardLifetime lifetime, TimeProvider time)
{
    /// <summary>Most snapshots of a shard: each is told again in every manifest.</summary>
    internal const int Limit = 64;

    /// <summary>Those that are durable, in the order in which they were taken.</summary>
    internal IReadOnlyList<ShardSnapshotInfo> List() => [.. upkeep.Pins.Select(ShardSnapshotInfo.Of)];

    /// <summary>Takes a snapshot, or finds the one of that name.</summary>
    internal async Task<ShardSnapshotInfo> TakeAsync(string name, CancellationToken cancellationToken)
    {
        PinName.Check(name);
        var pin = await upkeep
            .ChangePinsAsync(async checkpointer =>
            {
                ThrowIfStopped();
                if (Find(checkpointer.Pins, name) is { } known)
                {
                    return known;
                }

                if (checkpointer.Pins.Count >= Limit)
                {
                    throw new ShardSnapshotLimitException(
                        $"snapshots: expected at most {Limit} of a shard, given '{name}' beside "
                        + $"{checkpointer.Pins.Count}.",
                        Limit);
                }

                return await checkpointer
                    .PinAsync(name, time.GetUtcNow().ToUnixTimeMilliseconds()).ConfigureAwait(false)
                    ?? throw Depose();
            })
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return ShardSnapshotInfo.Of(pin);
    }

    /// <summary>Drops a snapshot.</summary>
    /// <returns>Whether there was one of that name.</returns>
    internal Task<bool> DropAsync(string name, CancellationToken cancellationToken)
    {
        PinName.Check(name);
        return upkeep
            .ChangePinsAsync(async checkpointer =>
            {
                ThrowIfStopped();
                if (Find(checkpointer.Pins, name) is not { } pin)
                {
                    return false;
                }

                return await checkpointer.UnpinAsync(pin).ConfigureAwait(false) ? true : throw Depose();
            })
            .WaitAsync(cancellationToken);
    }

    private static ShardPin? Find(IReadOnlyList<ShardPin> pins, string name) =>
        pins.FirstOrDefault(pin => string.Equals(pin.Name, name, StringComparison.Ordinal));

    private void ThrowIfStopped()
    {
        if (lifetime.IsStopped)
        {
            throw lifetime.Refusal();
        }
    }

    private ShardStoppedException Depose()
    {
        lifetime.Stop(ShardStopReason.Deposed);
        return lifetime.Refusal();
    }
}
