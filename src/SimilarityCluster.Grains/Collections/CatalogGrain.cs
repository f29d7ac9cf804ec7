using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Grains.Collections;

/// <summary>Keeps the list of collections in one numbered document and serves it from memory.</summary>
/// <remarks>
/// The document's number decides between two activations, not Orleans: who loses a number reads the newer
/// document, applies the change to it, and leaves, so that the next call finds the other one. A drop is first
/// noted in the document, then carried out behind; what a crash leaves noted is finished when the document is
/// next loaded.
/// </remarks>
[GrainType("catalog"), Immovable, KeepAlive]
internal sealed partial class CatalogGrain(
    IObjectStore objects, TimeProvider time, ILogger<CatalogGrain> logger) : Grain, ICatalogGrain, IDisposable
{
    private static readonly TimeSpan DropRetryPause = TimeSpan.FromSeconds(10);

    private readonly NumberedDocument _document = new(objects, "catalog/");
    private readonly SemaphoreSlim _changing = new(1);
    private Loaded? _loaded;
    private IGrainTimer? _dropTimer;

    /// <inheritdoc/>
    public Task<CollectionInfo> CreateAsync(
        CollectionInfo collection, string operationId, CancellationToken cancellationToken) =>
        ChangeAsync(state => state.Create(collection, operationId, time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public async Task<CollectionInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await LoadAsync(cancellationToken)).State.Find(name);

    /// <inheritdoc/>
    public async Task<CollectionInfo?> FindByIdAsync(Guid id, CancellationToken cancellationToken) =>
        (await LoadAsync(cancellationToken)).State.Collections
            .FirstOrDefault(collection => collection.Id == id);

    /// <inheritdoc/>
    public async Task<ImmutableArray<CollectionInfo>> ListAsync(
        string after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (await LoadAsync(cancellationToken)).State.List(after, limit);
    }

    /// <inheritdoc/>
    public Task<CollectionInfo> UpdateAsync(
        CollectionChange change, string operationId, CancellationToken cancellationToken) =>
        ChangeAsync(state => state.Update(change, operationId, time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task<CollectionInfo> DeleteAsync(
        string name, string operationId, CancellationToken cancellationToken) =>
        ChangeAsync(state => state.Delete(name, operationId, time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _dropTimer?.Dispose();
        _changing.Dispose();
    }

    private async Task<CollectionInfo> ChangeAsync(
        Func<CatalogState, CatalogOutcome> change, CancellationToken cancellationToken)
    {
        // The drops behind change the document between two calls.
        await _changing.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var loaded = await LoadAsync(cancellationToken);
                var outcome = change(loaded.State);
                if (ReferenceEquals(outcome.State, loaded.State)
                    || await TryStoreAsync(new Loaded(loaded.Number + 1, outcome.State), cancellationToken))
                {
                    return outcome.Answer;
                }

                LogNumberTaken(loaded.Number + 1);
                DeactivateOnIdle();
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<Loaded> LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded is { } loaded)
        {
            return loaded;
        }

        try
        {
            loaded = await _document.ReadNewestAsync(cancellationToken) is { } newest
                ? new Loaded(newest.Number, CatalogFormat.Read(newest.Content.Span))
                : new Loaded(0, CatalogState.Empty);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw Unavailable(exception);
        }

        // Another call may have loaded and changed it meanwhile.
        if (_loaded is null || _loaded.Number < loaded.Number)
        {
            Use(loaded);
        }

        return _loaded!;
    }

    private async Task<bool> TryStoreAsync(Loaded next, CancellationToken cancellationToken)
    {
        // Whatever ends the put early leaves the newest number unknown, so that the next call has to look.
        _loaded = null;
        try
        {
            var content = CatalogFormat.Write(next.State);
            if (await _document.TryCreateAsync(next.Number, content, cancellationToken))
            {
                Use(next);
                return true;
            }

            return false;
        }
        catch (IOException exception)
        {
            throw Unavailable(exception);
        }
    }

    private void Use(Loaded loaded)
    {
        _loaded = loaded;
        if (!loaded.State.Dropping.IsEmpty && _dropTimer is null)
        {
            _dropTimer = this.RegisterGrainTimer(
                FinishDropsAsync,
                new GrainTimerCreationOptions(TimeSpan.Zero, DropRetryPause)
                {
                    Interleave = true,
                    KeepAlive = true,
                });
        }
    }

    // Orleans logs what a tick throws, and the next tick tries again.
    private async Task FinishDropsAsync(CancellationToken cancellationToken)
    {
        while ((await LoadAsync(cancellationToken)).State.Dropping is [var dropped, ..])
        {
            for (var shard = 0; shard < dropped.ShardCount; shard++)
            {
                await GrainFactory.GetGrain<IShardGrain>(new ShardKey(dropped.Id, shard).ToString())
                    .DropAsync(cancellationToken);
            }

            await ForgetAsync(dropped, cancellationToken);
            LogDropped(dropped.Id, dropped.ShardCount);
        }

        _dropTimer?.Dispose();
        _dropTimer = null;
    }

    private async Task ForgetAsync(DroppedCollection dropped, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var loaded = await LoadAsync(cancellationToken);
            var state = loaded.State.FinishDrop(dropped);
            if (!ReferenceEquals(state, loaded.State))
            {
                await TryStoreAsync(new Loaded(loaded.Number + 1, state), cancellationToken);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private CatalogUnavailableException Unavailable(Exception cause)
    {
        LogStoreFailed(cause);
        return new CatalogUnavailableException($"The catalog cannot be read or written: {cause.Message}");
    }

    [LoggerMessage(LogLevel.Warning, "Number {Number} of the catalog was taken by another activation.")]
    private partial void LogNumberTaken(long number);

    [LoggerMessage(LogLevel.Error, "The catalog's store failed.")]
    private partial void LogStoreFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "Collection {Id} with {ShardCount} shards is dropped.")]
    private partial void LogDropped(Guid id, int shardCount);

    private sealed record Loaded(long Number, CatalogState State);
}
