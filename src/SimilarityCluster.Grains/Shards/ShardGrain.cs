using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Building;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Grains.Shards;

/// <summary>Owns one shard: opens its store on first use, lists it for the searcher, lets go of it.</summary>
/// <remarks>
/// The store's epoch decides who owns the shard. When the store stops, this activation leaves, so that the
/// next call makes one that claims the shard anew. Searches do not come here, so the grain is kept although
/// nobody calls it.
/// </remarks>
[GrainType("shard"), Immovable, KeepAlive]
internal sealed partial class ShardGrain(
    ILocalSiloDetails silo,
    IObjectStore objects,
    IOptions<ShardStoreOptions> options,
    MemoryBudget memory,
    BuilderScheduler builder,
    ShardRegistry registry,
    TimeProvider time,
    ILogger<ShardGrain> logger) : Grain, IShardGrain, IDisposable
{
    // Rows that one turn turns into messages, so that a long read does not delay the calls beside it.
    private const int RowsPerTurn = 256;

    private readonly CancellationTokenSource _leaving = new();
    private ShardKey _key;
    private Task<ShardStore>? _opening;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ShardKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(
        DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync();
        await CloseAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _leaving.Dispose();

    /// <inheritdoc/>
    public async Task<ShardLocation> LocateAsync(CancellationToken cancellationToken) =>
        new(silo.SiloAddress.ToParsableString(), (await OpenAsync(cancellationToken)).Epoch);

    /// <inheritdoc/>
    public async Task<ShardWriteResult> WriteAsync(
        ShardWriteMessage write, CancellationToken cancellationToken)
    {
        var store = await OpenAsync(cancellationToken);
        var upserts = Array.ConvertAll(
            write.Upserts, record => new RecordWrite(record.Id, record.Vector, record.Metadata));
        var deletes = Array.ConvertAll(write.Deletes, id => new ReadOnlyMemory<byte>(id));
        try
        {
            var outcome = await store.WriteAsync(
                new ShardWrite(write.OperationId, upserts, deletes)
                {
                    Conditions = Array.ConvertAll(
                        write.Conditions, each => new WriteCondition(each.Id, each.Sequence)),
                },
                cancellationToken);
            return new ShardWriteResult(outcome.Sequence, outcome.UpsertedCount, outcome.DeletedCount);
        }
        catch (ShardStoppedException exception)
        {
            throw Unavailable(exception);
        }
        catch (ShardConditionException exception)
        {
            throw new WriteConditionException(exception.Message, exception.FoundSequence);
        }
        catch (ShardMemoryException exception)
        {
            throw new SiloMemoryException(exception.Message);
        }
        catch (ShardBacklogException exception)
        {
            throw Overloaded(exception);
        }
    }

    /// <inheritdoc/>
    public async Task<ShardWriteResult> DeleteMatchingAsync(
        string operationId, byte[] filter, CancellationToken cancellationToken)
    {
        var store = await OpenAsync(cancellationToken);
        try
        {
            var outcome = await store.DeleteAsync(
                operationId, RecordFilter.Decode(filter), cancellationToken);
            return new ShardWriteResult(outcome.Sequence, outcome.UpsertedCount, outcome.DeletedCount);
        }
        catch (ShardStoppedException exception)
        {
            throw Unavailable(exception);
        }
        catch (ShardBacklogException exception)
        {
            throw Overloaded(exception);
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(damage);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredRecordMessage[]> ReadAsync(
        ShardReadMessage read, CancellationToken cancellationToken)
    {
        var store = await ReachAsync(read.MinSequence, cancellationToken);
        try
        {
            var found = read switch
            {
                { Ids.Length: > 0 } => Find(store, read.Ids),
                { Filter: { } filter } => await ListAsync(store, read, RecordFilter.Decode(filter)),
                _ => store.List(read.After, read.Limit),
            };
            var records = new StoredRecordMessage[found.Count];
            for (var index = 0; index < records.Length; index++)
            {
                if (index > 0 && index % RowsPerTurn == 0)
                {
                    await Task.Yield();
                    cancellationToken.ThrowIfCancellationRequested();
                }

                records[index] = ToMessage(found[index], read);
            }

            return records;
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(damage);
        }
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(long minSequence, CancellationToken cancellationToken) =>
        (await ReachAsync(minSequence, cancellationToken)).Count;

    /// <inheritdoc/>
    public async Task<long> CountMatchingAsync(
        byte[] filter, long minSequence, CancellationToken cancellationToken)
    {
        var store = await ReachAsync(minSequence, cancellationToken);
        var meant = RecordFilter.Decode(filter);
        try
        {
            return await Task.Run(() => store.CountOf(meant), cancellationToken);
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(damage);
        }
    }

    /// <inheritdoc/>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        // No call that comes between opens a store: the catalog does not know the collection any more.
        await CloseAsync();
        try
        {
            await ShardStore.RemoveAsync(objects, ShardObjects.PrefixOf(_key), cancellationToken);
        }
        catch (IOException exception)
        {
            throw Unavailable(exception);
        }

        DeactivateOnIdle();
    }

    // Beside the grain's turns: a filter may look at every row of the shard.
    private static Task<IReadOnlyList<StoredRecord>> ListAsync(
        ShardStore store, ShardReadMessage read, RecordFilter filter) =>
        Task.Run(() => store.List(read.After, read.Limit, filter));

    private static List<StoredRecord> Find(ShardStore store, byte[][] ids)
    {
        var found = new List<StoredRecord>(ids.Length);
        foreach (var id in ids)
        {
            if (store.TryFind(id, out var record))
            {
                found.Add(record);
            }
        }

        return found;
    }

    // The caller's list keeps the record, and so the memory of its spans.
    private static StoredRecordMessage ToMessage(StoredRecord record, ShardReadMessage read) => new(
        record.Id.ToArray(),
        read.IncludeVector ? MemoryMarshal.AsBytes(record.Vector).ToArray() : [],
        read.IncludeMetadata ? record.Metadata.ToArray() : [],
        record.Sequence);

    private async Task<ShardStore> ReachAsync(long sequence, CancellationToken cancellationToken)
    {
        var store = await OpenAsync(cancellationToken);
        try
        {
            await store.WaitForAsync(sequence, cancellationToken);
            return store;
        }
        catch (ShardStoppedException exception)
        {
            throw Unavailable(exception);
        }
    }

    // Interleaved calls share one opening; the one after a failed opening tries again.
    private async Task<ShardStore> OpenAsync(CancellationToken cancellationToken)
    {
        if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _opening = ClaimAsync();
        }

        var store = await _opening.WaitAsync(cancellationToken);
        return store.Stopped.IsCompleted
            ? throw new ShardUnavailableException($"Shard {_key} is about to be claimed anew.")
            : store;
    }

    private async Task<ShardStore> ClaimAsync()
    {
        try
        {
            var catalog = GrainFactory.GetGrain<ICatalogGrain>(0);
            var collection = await catalog.FindByIdAsync(_key.CollectionId, _leaving.Token);
            if (collection is null || _key.Shard >= collection.ShardCount)
            {
                throw new CollectionNotFoundException(
                    $"Shard {_key} belongs to no collection.", _key.CollectionId.ToString());
            }

            var store = await ShardStore.OpenAsync(
                objects,
                ShardObjects.PrefixOf(_key),
                new ShardSchema((Metric)collection.Metric, collection.Dimension),
                options.Value,
                builder,
                time,
                new Progress(this),
                memory,
                _leaving.Token);
            registry.Add(_key, store);
            LogOpened(_key, store.Epoch, store.Count);
            LeaveWhenStoppedAsync(store).Ignore();
            return store;
        }
        catch (InvalidDataException damage)
        {
            throw Damaged(damage);
        }
        catch (Exception exception) when (IsOfTheWorld(exception))
        {
            throw Unavailable(exception);
        }
    }

    // What may be over by the next try: the store, the catalog or the way to it, this activation's end.
    private static bool IsOfTheWorld(Exception exception) => exception
        is IOException
        or ShardStoppedException
        or CatalogUnavailableException
        or OrleansException
        or TimeoutException
        or OperationCanceledException;

    private async Task LeaveWhenStoppedAsync(ShardStore store)
    {
        var reason = await store.Stopped;
        registry.Remove(_key, store);
        if (reason != ShardStopReason.Disposed)
        {
            LogStopped(_key, store.Epoch, reason);
            DeactivateOnIdle();
        }
    }

    private async Task CloseAsync()
    {
        if (_opening is not { } opening)
        {
            return;
        }

        // A failed opening was told to its callers and left nothing to close.
        await Task.WhenAny(opening);
        if (opening.IsCompletedSuccessfully)
        {
            var store = await opening;
            registry.Remove(_key, store);
            await store.DisposeAsync();
        }
    }

    private ShardDamagedException Damaged(InvalidDataException cause)
    {
        LogDamaged(cause, _key);
        return new ShardDamagedException($"Shard {_key}: {cause.Message}");
    }

    // Not the runtime's: that one would post to the grain's scheduler, which may be gone.
    private sealed class Progress(ShardGrain grain) : IProgress<Exception>
    {
        public void Report(Exception value) => grain.LogUpkeepFailed(value, grain._key);
    }

    private static SiloOverloadedException Overloaded(ShardBacklogException cause) =>
        new(cause.Message, (int)Math.Min(int.MaxValue, cause.LimitBytes));

    private ShardUnavailableException Unavailable(Exception cause)
    {
        LogUnavailable(cause, _key);
        return new ShardUnavailableException($"Shard {_key} cannot serve now: {cause.Message}");
    }

    [LoggerMessage(LogLevel.Information, "Shard {Shard} is open in epoch {Epoch} with {Count} records.")]
    private partial void LogOpened(ShardKey shard, long epoch, long count);

    [LoggerMessage(LogLevel.Warning, "Shard {Shard} of epoch {Epoch} stopped: {Reason}.")]
    private partial void LogStopped(ShardKey shard, long epoch, ShardStopReason reason);

    [LoggerMessage(LogLevel.Error, "Stored data of shard {Shard} is damaged.")]
    private partial void LogDamaged(Exception exception, ShardKey shard);

    [LoggerMessage(LogLevel.Warning, "Segments of shard {Shard} cannot be written now; trying again.")]
    private partial void LogUpkeepFailed(Exception exception, ShardKey shard);

    [LoggerMessage(LogLevel.Warning, "Shard {Shard} cannot serve.")]
    private partial void LogUnavailable(Exception exception, ShardKey shard);
}
