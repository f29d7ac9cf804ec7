using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Processes;

/// <summary>What the owners of a shard left on the disk.</summary>
/// <param name="PendingCount">Files of puts that were cut off.</param>
/// <param name="UnusedSegmentCount">Segments that the newest manifest does not refer to.</param>
/// <param name="UnusedCheckpointCount">Checkpoints that it does not refer to.</param>
/// <param name="UntrimmedCount">Slots of the log that it does not need.</param>
internal sealed record ShardRemains(
    int PendingCount, int UnusedSegmentCount, int UnusedCheckpointCount, int UntrimmedCount)
{
    /// <summary>Whether sealing or merging was cut off, or removing what it replaced.</summary>
    internal bool IsCutInUpkeep => UnusedSegmentCount + UnusedCheckpointCount > 0;

    /// <summary>Looks, and changes nothing.</summary>
    internal static async Task<ShardRemains> FindAsync(string directory)
    {
        var folders = new ShardFolders(Shards.Prefix);
        var pending = Path.Combine(directory, "pending");
        var pendingCount = Directory.Exists(pending) ? Directory.EnumerateFiles(pending).Count() : 0;
        using var store = LocalObjectStore.Open(directory, shared: true);
        var numbers = await NumberedObject.ListAsync(store, folders.Manifests, Shards.Token);
        if (numbers.Count == 0)
        {
            return new ShardRemains(pendingCount, 0, 0, 0);
        }

        var manifest = (await ManifestStore.ReadAsync(store, folders.Manifests, numbers[^1], Shards.Token))!;
        var segments = await store.ListAsync(folders.Segments, Shards.Token);
        var checkpoints = await store.ListAsync(folders.Checkpoints, Shards.Token);
        var slots = await NumberedObject.ListAsync(store, folders.Log, Shards.Token);
        return new ShardRemains(
            pendingCount,
            segments.Except(manifest.Segments.Select(folders.Segment), StringComparer.Ordinal).Count(),
            checkpoints.Count - (manifest.Checkpoint is null ? 0 : 1),
            slots.Count(slot => slot < manifest.FirstSlot));
    }
}
