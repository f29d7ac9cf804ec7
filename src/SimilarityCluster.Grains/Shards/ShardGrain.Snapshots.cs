using System.Runtime.InteropServices;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Snapshots;

namespace SimilarityCluster.Grains.Shards;

/// <content>Takes, drops and reads the snapshots of the shard.</content>
internal sealed partial class ShardGrain : IShardSnapshotGrain
{
    private SnapshotReads? _snapshots;

    /// <inheritdoc/>
    public async Task<ShardSnapshotMessage> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var store = await OpenAsync(cancellationToken);
        try
        {
            return ToMessage(await store.TakeSnapshotAsync(name, cancellationToken));
        }
        catch (ShardSnapshotLimitException exception)
        {
            throw new SnapshotLimitException(exception.Message, exception.Limit);
        }
        catch (Exception exception) when (exception is ShardStoppedException or IOException)
        {
            throw Unavailable(exception);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DropAsync(string name, CancellationToken cancellationToken)
    {
        var store = await OpenAsync(cancellationToken);
        try
        {
            _snapshots?.Forget(name);
            return await store.DropSnapshotAsync(name, cancellationToken);
        }
        catch (Exception exception) when (exception is ShardStoppedException or IOException)
        {
            throw Unavailable(exception);
        }
    }

    /// <inheritdoc/>
    public async Task<ShardSnapshotMessage[]> ListAsync(CancellationToken cancellationToken) =>
        [.. (await OpenAsync(cancellationToken)).Snapshots.Select(ToMessage)];

    /// <inheritdoc/>
    public async Task<SnapshotPage> ReadAsync(SnapshotReadMessage read, CancellationToken cancellationToken)
    {
        // Else the collection may be gone, or the shard another silo's.
        _ = await OpenAsync(cancellationToken);
        try
        {
            var snapshot = await Reads().OpenAsync(read.Name, cancellationToken)
                ?? throw new SnapshotNotFoundException(
                    $"Shard {_key} has no snapshot '{read.Name}'.", read.Name);
            var records = new List<StoredRecordMessage>();
            var found = snapshot.List(read.After, Math.Min(read.Limit, RowsPerTurn));
            for (var bytes = 0L; records.Count < found.Count && bytes < read.BytesLimit;)
            {
                records.Add(ToMessage(found[records.Count]));
                bytes += records[^1].Id.Length + records[^1].Vector.Length + records[^1].Metadata.Length;
            }

            var isLast = records.Count == found.Count
                && (found.Count == 0 || snapshot.List(records[^1].Id, 1).Count == 0);
            if (isLast)
            {
                Reads().Forget(read.Name);
            }

            return new SnapshotPage(snapshot.Count, [.. records], isLast);
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(damage);
        }
        catch (IOException exception)
        {
            throw Unavailable(exception);
        }
    }

    private static ShardSnapshotMessage ToMessage(ShardSnapshotInfo info) =>
        new(info.Name, info.Time, info.Sequence);

    // The caller's list keeps the record, and so the memory of its spans.
    private static StoredRecordMessage ToMessage(StoredRecord record) => new(
        record.Id.ToArray(),
        MemoryMarshal.AsBytes(record.Vector).ToArray(),
        record.Metadata.ToArray(),
        record.Sequence);

    private SnapshotReads Reads()
    {
        if (_snapshots is null)
        {
            _snapshots = new SnapshotReads(objects, _key, time);
            this.RegisterGrainTimer(
                static (reads, _) =>
                {
                    reads.ForgetIdle();
                    return Task.CompletedTask;
                },
                _snapshots,
                new GrainTimerCreationOptions(SnapshotReads.Patience, SnapshotReads.Patience)
                {
                    Interleave = true,
                });
        }

        return _snapshots;
    }
}
