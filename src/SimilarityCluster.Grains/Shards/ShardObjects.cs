using System.Globalization;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Shards;

/// <summary>Where a shard's objects are; part of the stored format.</summary>
internal static class ShardObjects
{
    /// <summary>Says what the keys of a shard's objects begin with.</summary>
    /// <param name="key">The shard.</param>
    /// <returns><c>shards/COLLECTION/SHARD/</c>, the collection in 32 hexadecimal digits.</returns>
    public static string PrefixOf(ShardKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"shards/{key.CollectionId:N}/{key.Shard}/");
}
