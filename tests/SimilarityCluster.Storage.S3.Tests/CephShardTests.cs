using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>A whole shard over a real service.</summary>
public sealed class CephShardTests(CephServer ceph) : S3ShardSuite
{
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    internal override Task<S3ObjectStore> OpenAsync(string cache) => ceph.OpenAsync(cache, prefix: _prefix);
}
