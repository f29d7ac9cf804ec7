using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;

namespace SimilarityCluster.Gateway.Tests.Collections;

public sealed class CollectionGrpcServiceTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _host = await GatewayHost.StartAsync(Stop, ("Gateway:DefaultShardCount", "3"));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task CreateCollection_ModelOnly_TakesItsDimensionAndTheDefaults()
    {
        var response = await _host.Collections.CreateCollectionAsync(
            new() { Name = "c", Model = "toy" }, cancellationToken: Stop);

        var made = response.Collection;
        Assert.Equal(
            (Metric.Cosine, 2u, "toy", "feed", 3u, 64u, 1ul),
            (made.Metric, made.Dimension, made.Model, made.Fingerprint, made.ShardCount, made.SearchBreadth,
                made.Version));
        Assert.NotEmpty(response.OperationId);
    }

    [Fact]
    public async Task CreateCollection_SameOperationIdTwice_AnswersTheFirstOutcome()
    {
        var request = new CreateCollectionRequest { Name = "c", Dimension = 4, OperationId = "once" };

        var first = await _host.Collections.CreateCollectionAsync(request, cancellationToken: Stop);
        var second = await _host.Collections.CreateCollectionAsync(request, cancellationToken: Stop);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task DeleteCollection_ThenCreatedAgain_IsEmptyAtOnce()
    {
        await _host.CreateAsync(Metric.Cosine, Stop);
        await _host.UpsertAsync("cosine", Stop, GatewayHost.Record("a", 1, 0));
        await _host.Collections.DeleteCollectionAsync(new() { Name = "cosine" }, cancellationToken: Stop);
        await _host.CreateAsync(Metric.Cosine, Stop);

        var read =
            await _host.Collections.GetCollectionAsync(new() { Name = "cosine" }, cancellationToken: Stop);
        var found = await _host.Search.SearchAsync(
            new() { Collection = "cosine", Query = GatewayHost.Query(1, 0) }, cancellationToken: Stop);

        Assert.Equal(0ul, read.RecordCount);
        Assert.Empty(found.Hits);
    }

    [Fact]
    public async Task UpdateCollection_SomeFields_LeavesTheOthersAndShowsAtOnce()
    {
        await _host.CreateAsync(Metric.Cosine, Stop);
        await _host.Search.SearchAsync(
            new() { Collection = "cosine", Query = GatewayHost.Query(1, 0) }, cancellationToken: Stop);

        var updated = await _host.Collections.UpdateCollectionAsync(
            new() { Name = "cosine", SearchBreadth = 99, ExpectedVersion = 1 }, cancellationToken: Stop);
        var found = await _host.Search.SearchAsync(
            new() { Collection = "cosine", Query = GatewayHost.Query(1, 0) }, cancellationToken: Stop);

        Assert.Equal((99u, 2ul), (updated.Collection.SearchBreadth, updated.Collection.Version));
        Assert.Equal(99u, found.Receipt.SearchBreadth);
    }

    [Fact]
    public async Task ListCollections_PageByPage_GivesEachOnce()
    {
        foreach (var name in new[] { "b", "a", "c" })
        {
            await _host.Collections.CreateCollectionAsync(
                new() { Name = name, Dimension = 2 }, cancellationToken: Stop);
        }

        var first =
            await _host.Collections.ListCollectionsAsync(new() { PageSize = 2 }, cancellationToken: Stop);
        var second = await _host.Collections.ListCollectionsAsync(
            new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Stop);

        Assert.Equal(["a", "b"], first.Collections.Select(collection => collection.Name));
        Assert.Equal(["c"], second.Collections.Select(collection => collection.Name));
        Assert.Empty(second.NextPageToken);
    }
}
