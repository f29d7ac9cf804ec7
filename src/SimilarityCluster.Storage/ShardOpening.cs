using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Upkeep;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage;

/// <summary>Opens a shard, see <see cref="ShardStore.OpenAsync"/>.</summary>
internal sealed class ShardOpening(
    IObjectStore objects,
    string prefix,
    ShardSchema schema,
    ShardStoreOptions options,
    TaskScheduler builder,
    TimeProvider time,
    IProgress<Exception> upkeepFailures,
    MemoryBudget memory)
{
    private readonly ShardFolders _folders = new(prefix);

    private readonly HnswOptions _graph = new()
    {
        Connectivity = options.Connectivity,
        BuildBreadth = options.BuildBreadth,
        Code = options.Code,
        CodeBytesLimit = options.CodeBytesLimit,
    };

    private long _tailBytes;

    /// <summary>Claims the shard and brings it into the state that its writes left.</summary>
    internal async Task<ShardStore> OpenAsync(CancellationToken cancellationToken)
    {
        var manifests = await ManifestStore
            .ClaimAsync(objects, _folders.Manifests, schema, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(manifests, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException missing)
        {
            // A younger owner removes what its own manifests do not refer to.
            throw await manifests.IsDeposedAsync(cancellationToken).ConfigureAwait(false)
                ? new ShardStoppedException(
                    $"Epoch {manifests.Newest.Epoch} was deposed while it opened: {missing.Message}",
                    ShardStopReason.Deposed,
                    missing)
                : missing;
        }
    }

    private async Task<ShardStore> OpenAsync(ManifestStore manifests, CancellationToken cancellationToken)
    {
        var manifest = manifests.Newest;
        var rows = new ShardRows(schema, _graph);
        var operations = new OperationMemory(time);
        var segments = new SegmentStore(objects, _folders, manifest.Epoch, schema, builder);
        var checkpoint = await ShardCheckpoint
            .ReadAsync(objects, _folders, manifest, cancellationToken).ConfigureAwait(false);
        await RestoreAsync(rows, operations, segments, manifest, checkpoint, cancellationToken)
            .ConfigureAwait(false);
        var log = await ShardLog
            .TakeOverAsync(
                objects,
                _folders.Log,
                manifest.Epoch,
                manifest.FirstSlot,
                manifest.Sequence,
                slot => Apply(slot, rows, operations),
                cancellationToken)
            .ConfigureAwait(false);

        var lifetime = new ShardLifetime(prefix);
        lifetime.Sequence.Advance(rows.Sequence);
        var unused = new UnusedObjects(objects, _folders, upkeepFailures);
        var checkpointer = new Checkpointer(
            objects, _folders, manifests, log, checkpoint.Operations, unused);
        var merge = new SegmentMerge(segments, _graph, builder, lifetime, memory);
#pragma warning disable CA2000 // The store disposes of it.
        var upkeep = new ShardUpkeep(
            rows, segments, checkpointer, unused, merge, lifetime, time, upkeepFailures);
#pragma warning restore CA2000
        var growth = new ShardGrowth(rows, options, builder, lifetime, upkeep, memory, _tailBytes);
        var commits = new GroupCommit(log, rows, operations, growth, options, lifetime);
        upkeep.WhenSealed = commits.Nudge;
        upkeep.Begin();
        commits.Nudge();
        return new ShardStore(manifest.Epoch, time, rows, lifetime, commits, growth, upkeep, memory);
    }

    private static async Task RestoreAsync(
        ShardRows rows,
        OperationMemory operations,
        SegmentStore segments,
        ShardManifest manifest,
        ShardCheckpoint checkpoint,
        CancellationToken cancellationToken)
    {
        foreach (var (operation, writeTime, outcome) in checkpoint.Operations)
        {
            operations.Remember(operation, writeTime, outcome);
        }

        rows.Restore(
            await segments.OpenAllAsync(manifest, checkpoint, cancellationToken).ConfigureAwait(false),
            manifest.Sequence);
    }

    private long Apply(LogSlot slot, ShardRows rows, OperationMemory operations)
    {
        _tailBytes += slot.ByteCount;
        return Replay.Apply(slot, rows, operations);
    }
}
