using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>
/// Collections by name, kept for a moment so that not every call asks the catalog; thread-safe.
/// </summary>
/// <remarks>
/// A kept collection may have been dropped, or made again under the old name. Its shards then refuse the old
/// id, and the call is done once more with what the catalog says.
/// </remarks>
internal sealed class CollectionCache(
    ClusterGrains grains, ShardLocator locator, TimeProvider time, IOptions<GatewayOptions> options)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly TimeSpan _keepFor = options.Value.CollectionCacheTime;

    // Counts what was forgotten: a look-up that began before does not bring the old entry back.
    private long _generation;

    /// <summary>
    /// Does something with a collection, and again when the collection proves to be out of date.
    /// </summary>
    /// <typeparam name="TState">What the work needs, so that it captures nothing.</typeparam>
    /// <typeparam name="TResult">What the work gives.</typeparam>
    /// <param name="name">The collection's name as the request gave it.</param>
    /// <param name="state">Handed to the work.</param>
    /// <param name="work">Throws <see cref="CollectionNotFoundException"/> when the id is gone.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What the work gave.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// The name is malformed (INVALID_FIELD), or COLLECTION_NOT_FOUND.
    /// </exception>
    public async Task<TResult> UseAsync<TState, TResult>(
        string name,
        TState state,
        Func<CollectionInfo, TState, CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken)
    {
        var collection = await GetAsync("collection", name, cancellationToken);
        try
        {
            return await work(collection, state, cancellationToken);
        }
        catch (CollectionNotFoundException)
        {
            Forget(collection);
        }
        catch (RpcException refusal)
            when (refusal.StatusCode is StatusCode.InvalidArgument or StatusCode.FailedPrecondition)
        {
            // Another dimension, for instance, may be right for the collection that has the name now.
            if (await IsStoredAsync(collection, cancellationToken))
            {
                throw;
            }

            Forget(collection);
        }

        collection = await GetAsync("collection", name, cancellationToken);
        try
        {
            return await work(collection, state, cancellationToken);
        }
        catch (CollectionNotFoundException)
        {
            Forget(collection);
            throw ServiceErrors.CollectionNotFound("collection", name).ToRpcException();
        }
    }

    /// <summary>Finds a collection.</summary>
    /// <param name="field">The request's field that has the name.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection, as it was at most the cache time ago.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// The name is malformed (INVALID_FIELD), or COLLECTION_NOT_FOUND.
    /// </exception>
    public ValueTask<CollectionInfo> GetAsync(
        string field, string name, CancellationToken cancellationToken) =>
        _entries.TryGetValue(name, out var entry) && time.GetElapsedTime(entry.ReadAt) < _keepFor
            ? ValueTask.FromResult(entry.Collection)
            : new ValueTask<CollectionInfo>(ReadAsync(field, name, cancellationToken));

    /// <summary>Makes sure that a refusal is not owed to an entry that is out of date.</summary>
    /// <param name="collection">The collection that the refusal was based on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it is the stored one.</returns>
    /// <exception cref="CollectionNotFoundException">
    /// The name has gone or belongs to another collection.
    /// </exception>
    public async Task ConfirmAsync(CollectionInfo collection, CancellationToken cancellationToken)
    {
        if (!await IsStoredAsync(collection, cancellationToken))
        {
            throw new CollectionNotFoundException(
                $"'{collection.Name}' is not collection {collection.Id} any more.", collection.Name);
        }
    }

    /// <summary>Takes a collection out, with the places of its shards.</summary>
    /// <param name="collection">The collection that was dropped or changed.</param>
    public void Forget(CollectionInfo collection)
    {
        Interlocked.Increment(ref _generation);
        _entries.TryRemove(collection.Name, out _);
        locator.Forget(collection.Id);
    }

    private async Task<bool> IsStoredAsync(CollectionInfo collection, CancellationToken cancellationToken)
    {
        var stored = await grains.Catalog.FindAsync(collection.Name, cancellationToken);
        return stored?.Id == collection.Id;
    }

    private async Task<CollectionInfo> ReadAsync(
        string field, string name, CancellationToken cancellationToken)
    {
        Check.CollectionName(field, name).Throw();
        var generation = Interlocked.Read(ref _generation);
        var readAt = time.GetTimestamp();
        var collection = await grains.Catalog.FindAsync(name, cancellationToken);
        if (collection is null)
        {
            if (_entries.TryGetValue(name, out var old))
            {
                Forget(old.Collection);
            }

            throw ServiceErrors.CollectionNotFound(field, name).ToRpcException();
        }

        if (_entries.TryGetValue(name, out var kept) && kept.Collection.Id != collection.Id)
        {
            locator.Forget(kept.Collection.Id);
        }

        if (generation == Interlocked.Read(ref _generation))
        {
            _entries[name] = new Entry(collection, readAt);
        }

        return collection;
    }

    private sealed record Entry(CollectionInfo Collection, long ReadAt);
}
