using System.Globalization;
using System.Text;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Tests.Contract;

public sealed class BucketRoutingTests
{
    // XxHash64 of these, seed 0: ef46db3751d8e999 and 44bc2cf5ad770999.
    [Theory]
    [InlineData("", 0xef46db3751d8e999UL)]
    [InlineData("abc", 0x44bc2cf5ad770999UL)]
    public void BucketOf_PublishedHash_IsItsRemainder(string id, ulong hash) =>
        Assert.Equal((int)(hash % 4_096), BucketRouting.BucketOf(Encoding.UTF8.GetBytes(id)));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(4_096)]
    public void ShardOf_ManyIds_StaysInRangeAndInBucketOrder(int shardCount)
    {
        var placed = Enumerable.Range(0, 5_000)
            .Select(row => Encoding.UTF8.GetBytes(row.ToString(CultureInfo.InvariantCulture)))
            .Select(id => (Bucket: BucketRouting.BucketOf(id), Shard: BucketRouting.ShardOf(id, shardCount)))
            .OrderBy(place => place.Bucket)
            .ToArray();

        Assert.Equal(placed.Select(place => place.Shard).Order(), placed.Select(place => place.Shard));
        Assert.All(placed, place => Assert.InRange(place.Shard, 0, shardCount - 1));
        Assert.Equal(Math.Min(shardCount, placed.Select(place => place.Bucket).Distinct().Count()),
            placed.Select(place => place.Shard).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4_097)]
    public void ShardOf_CountOutOfRange_Throws(int shardCount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BucketRouting.ShardOf("a"u8, shardCount));
}
