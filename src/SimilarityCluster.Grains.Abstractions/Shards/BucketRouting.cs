using System.IO.Hashing;

namespace SimilarityCluster.Grains.Abstractions.Shards;

/// <summary>Which shard a record belongs to.</summary>
/// <remarks>
/// XxHash64 (seed 0) of the id's UTF-8 picks one of 4,096 buckets; each shard owns an even range of
/// buckets. Both are part of the stored format: changing either orphans records.
/// </remarks>
public static class BucketRouting
{
    /// <summary>Number of buckets.</summary>
    public const int BucketCount = 4_096;

    /// <summary>Finds the bucket of a record.</summary>
    /// <param name="id">UTF-8.</param>
    /// <returns>0 to 4,095.</returns>
    public static int BucketOf(ReadOnlySpan<byte> id) => (int)(XxHash64.HashToUInt64(id) % BucketCount);

    /// <summary>Finds the shard of a record.</summary>
    /// <param name="id">UTF-8.</param>
    /// <param name="shardCount">Shards of the collection, 1 to 4,096.</param>
    /// <returns>0 to <paramref name="shardCount"/> - 1.</returns>
    public static int ShardOf(ReadOnlySpan<byte> id, int shardCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, BucketCount);
        return (int)((long)BucketOf(id) * shardCount / BucketCount);
    }
}
