using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Shards;

/// <summary>The shards open on this silo. Thread-safe: their grains write, the searcher reads.</summary>
internal sealed class ShardRegistry
{
    private readonly ConcurrentDictionary<ShardKey, ShardStore> _open = new();

    /// <summary>Notes an open shard, in the place of an earlier opening if there is one.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="store">Open.</param>
    public void Add(ShardKey key, ShardStore store) => _open[key] = store;

    /// <summary>Forgets a shard, unless it was opened anew meanwhile.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="store">The opening to forget.</param>
    public void Remove(ShardKey key, ShardStore store) => _open.TryRemove(KeyValuePair.Create(key, store));

    /// <summary>Looks a shard up.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="store">The open shard.</param>
    /// <returns>Whether it is open here.</returns>
    public bool TryGet(ShardKey key, [MaybeNullWhen(false)] out ShardStore store) =>
        _open.TryGetValue(key, out store);
}
