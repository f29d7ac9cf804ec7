using System.Collections.Concurrent;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>The grains that the gateway calls.</summary>
/// <param name="grains">Makes references.</param>
/// <param name="local">The silo in this process, where there is one.</param>
internal sealed class ClusterGrains(IGrainFactory grains, ILocalSearcher? local = null)
{
    private readonly ConcurrentDictionary<string, SiloSearch> _searchers = new(StringComparer.Ordinal);

    /// <summary>The list of collections.</summary>
    public ICatalogGrain Catalog { get; } = grains.GetGrain<ICatalogGrain>(0);

    /// <summary>The single writer of a shard.</summary>
    /// <param name="key">The shard.</param>
    /// <returns>The reference.</returns>
    public IShardGrain Shard(ShardKey key) => grains.GetGrain<IShardGrain>(key.ToString());

    /// <summary>The snapshots of a shard.</summary>
    /// <param name="key">The shard.</param>
    /// <returns>The reference.</returns>
    public IShardSnapshotGrain Snapshots(ShardKey key) =>
        grains.GetGrain<IShardSnapshotGrain>(key.ToString());

    /// <summary>The search of a silo; kept, since every search needs one.</summary>
    /// <param name="silo">The silo's parsable address.</param>
    /// <returns>A message to the silo's searcher, or a call where the silo is in this process.</returns>
    public SiloSearch Searcher(string silo) =>
        _searchers.TryGetValue(silo, out var searcher) ? searcher : _searchers.GetOrAdd(silo, Find(silo));

    /// <summary>Forgets a silo that may be gone, for its address never comes back.</summary>
    /// <param name="silo">The silo's parsable address.</param>
    public void Forget(string silo) => _searchers.TryRemove(silo, out _);

    private SiloSearch Find(string silo) =>
        string.Equals(silo, local?.Silo, StringComparison.Ordinal)
            ? local!.SearchAsync
            : grains.GetGrain<ISiloSearcherGrain>(silo).SearchAsync;
}
