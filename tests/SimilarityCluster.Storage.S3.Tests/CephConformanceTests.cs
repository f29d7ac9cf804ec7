using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Support;
using SimilarityCluster.Storage.Tests.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>The contract over a real service.</summary>
public sealed class CephConformanceTests(CephServer ceph) : ObjectStoreConformance, IAsyncLifetime
{
    private readonly TemporaryDirectory _cache = new();
    private S3ObjectStore? _store;

    protected override IObjectStore Store => _store!;

    public async ValueTask InitializeAsync() => _store = await ceph.OpenAsync(_cache.Path);

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        _cache.Dispose();
        return ValueTask.CompletedTask;
    }
}
