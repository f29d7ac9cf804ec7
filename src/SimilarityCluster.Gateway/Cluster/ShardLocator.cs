using System.Collections.Concurrent;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>Which silo holds which shard, remembered until a silo says otherwise; thread-safe.</summary>
/// <param name="grains">Asked where a shard is.</param>
internal sealed class ShardLocator(ClusterGrains grains)
{
    private readonly ConcurrentDictionary<Guid, Places> _collections = new();

    /// <summary>Groups all shards of a collection by silo.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The silos to ask; without waiting when all places are known.</returns>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public ValueTask<SearchRoute> RouteAsync(CollectionInfo collection, CancellationToken cancellationToken)
    {
        var places = PlacesOf(collection);
        return places.Route is { } route
            ? ValueTask.FromResult(route)
            : new ValueTask<SearchRoute>(LocateAllAsync(collection, places, cancellationToken));
    }

    /// <summary>Groups some shards of a collection by silo.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="shards">Distinct shards, ascending.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The silos to ask.</returns>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<SearchRoute> RouteAsync(
        CollectionInfo collection, int[] shards, CancellationToken cancellationToken)
    {
        var places = PlacesOf(collection);
        var lookups = new List<Task>();
        foreach (var shard in shards)
        {
            if (places.Silos[shard] is null)
            {
                lookups.Add(LocateAsync(new ShardKey(collection.Id, shard), places, cancellationToken));
            }
        }

        await Task.WhenAll(lookups);

        var bySilo = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var unlocated = new List<int>();
        foreach (var shard in shards)
        {
            if (places.Silos[shard] is not { } silo)
            {
                unlocated.Add(shard);
            }
            else if (bySilo.TryGetValue(silo, out var together))
            {
                together.Add(shard);
            }
            else
            {
                bySilo.Add(silo, [shard]);
            }
        }

        var silos =
            bySilo.Select(pair => new SiloShards(pair.Key, grains.Searcher(pair.Key), [.. pair.Value]));
        return new SearchRoute([.. silos], [.. unlocated]);
    }

    /// <summary>Forgets where a shard was.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="silo">Where it is not; a place found since is kept.</param>
    public void Forget(CollectionInfo collection, int shard, string silo)
    {
        var places = PlacesOf(collection);
        if (places.Silos[shard] is { } held && string.Equals(held, silo, StringComparison.Ordinal))
        {
            Interlocked.CompareExchange(ref places.Silos[shard], null, held);
            places.Route = null;
        }
    }

    /// <summary>Forgets a collection.</summary>
    /// <param name="collectionId">Its id.</param>
    public void Forget(Guid collectionId) => _collections.TryRemove(collectionId, out _);

    private Places PlacesOf(CollectionInfo collection) =>
        _collections.GetOrAdd(collection.Id, static (_, count) => new Places(count), collection.ShardCount);

    private async Task<SearchRoute> LocateAllAsync(
        CollectionInfo collection, Places places, CancellationToken cancellationToken)
    {
        var route =
            await RouteAsync(collection, [.. Enumerable.Range(0, collection.ShardCount)], cancellationToken);
        if (route.Unlocated.Length == 0)
        {
            places.Route = route;
        }

        return route;
    }

    private async Task LocateAsync(ShardKey key, Places places, CancellationToken cancellationToken)
    {
        try
        {
            var location = await grains.Shard(key).LocateAsync(cancellationToken);
            places.Silos[key.Shard] = location.Silo;
        }
        catch (Exception exception) when (Transient.Is(exception))
        {
            // Stays unlocated, which the caller sees.
        }
    }

    /// <summary>What is known of one collection.</summary>
    private sealed class Places(int shardCount)
    {
        private volatile SearchRoute? _route;

        public string?[] Silos { get; } = new string?[shardCount];

        /// <summary>The whole collection, grouped; null while a place is unknown.</summary>
        public SearchRoute? Route
        {
            get => _route;
            set => _route = value;
        }
    }
}
