using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;
using SimilarityCluster.Storage.Tests.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>The contract over the fake, whose listings have three keys a page.</summary>
public sealed class FakeS3ConformanceTests : ObjectStoreConformance, IAsyncLifetime
{
    private readonly TemporaryDirectory _cache = new();
    private FakeS3? _fake;
    private S3ObjectStore? _store;

    protected override IObjectStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeS3.StartAsync();
        _fake.Objects.PageLimit = 3;
        _store = await S3Stores.OpenAsync(
            _fake, _cache.Path, change: options => options.Prefix = "some/where");
    }

    public async ValueTask DisposeAsync()
    {
        _store?.Dispose();
        await _fake!.DisposeAsync();
        _cache.Dispose();
    }
}
