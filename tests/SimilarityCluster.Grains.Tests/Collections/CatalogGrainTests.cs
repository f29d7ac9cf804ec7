using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Collections;
using SimilarityCluster.Grains.Tests.Clusters;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Grains.Tests.Collections;

public sealed class CatalogGrainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Catalog_ClusterRestarted_KeepsCollectionsAndOperations()
    {
        var objects = new MemoryObjectStore();
        var birds = GrainCluster.NewCollection("birds", shards: 3);
        CollectionInfo changed;
        await using (var first = await GrainCluster.StartAsync(objects, silos: 2))
        {
            await first.Catalog.CreateAsync(birds, "create", Token);
            changed = await first.Catalog.UpdateAsync(
                new CollectionChange { Name = "birds", LabelField = "kind" }, "update", Token);
            await first.CreateAsync(GrainCluster.NewCollection("cats"));
            await first.Catalog.DeleteAsync("cats", "delete", Token);
        }

        await using var second = await GrainCluster.StartAsync(objects, silos: 2);
        Assert.Equal(birds with { LabelField = "kind", Version = 2 }, changed);
        Assert.Equal(changed, await second.Catalog.FindAsync("birds", Token));
        Assert.Equal(changed, await second.Catalog.FindByIdAsync(birds.Id, Token));
        Assert.Null(await second.Catalog.FindAsync("cats", Token));
        Assert.Equal([changed], await second.Catalog.ListAsync("", 10, Token));
        Assert.Equal(
            birds, await second.Catalog.CreateAsync(GrainCluster.NewCollection("birds"), "create", Token));
        Assert.Equal("cats", (await second.Catalog.DeleteAsync("cats", "delete", Token)).Name);
        await Assert.ThrowsAsync<CollectionExistsException>(() => second.CreateAsync(birds));
        var gone = await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => second.Catalog.DeleteAsync("cats", "again", Token));
        Assert.Equal(("There is no collection named 'cats'.", "cats"), (gone.Message, gone.Collection));
    }

    [Fact]
    public async Task Create_AnotherWriterTookTheNumber_AppliesToTheNewerDocument()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var document = new NumberedDocument(objects, "catalog/");
        var newest = await document.ReadNewestAsync(Token);
        var other = CatalogFormat.Read(newest!.Content.Span)
            .Create(GrainCluster.NewCollection("cats"), "other", DateTimeOffset.UnixEpoch).State;
        Assert.True(await document.TryCreateAsync(newest.Number + 1, CatalogFormat.Write(other), Token));

        await cluster.CreateAsync(GrainCluster.NewCollection("dogs"));

        var names = (await cluster.Catalog.ListAsync("", 10, Token)).Select(collection => collection.Name);
        Assert.Equal(["birds", "cats", "dogs"], names, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Create_StoreFails_ThrowsUnavailableAndTheRetryIsAppliedOnce()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var cats = GrainCluster.NewCollection("cats");
        objects.FailPut = key => key.StartsWith("catalog/", StringComparison.Ordinal);
        await Assert.ThrowsAsync<CatalogUnavailableException>(
            () => cluster.Catalog.CreateAsync(cats, "op", Token));

        objects.FailPut = _ => false;

        Assert.Equal(cats, await cluster.Catalog.CreateAsync(cats, "op", Token));
        Assert.Equal(2, (await cluster.Catalog.ListAsync("", 10, Token)).Length);
    }

    [Fact]
    public async Task Delete_CollectionWithRecords_RemovesEveryObjectOfItsShards()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var birds = await FilledAsync(cluster);
        Assert.NotEmpty(await objects.ListAsync("shards/", Token));

        await cluster.Catalog.DeleteAsync("birds", "drop", Token);

        await DroppedAsync(objects);
        Assert.Empty(await objects.ListAsync("shards/", Token));
        await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => GrainCluster.WhenServedAsync(() => cluster.Shard(birds).CountAsync(0, Token)));
    }

    [Fact]
    public async Task Delete_ClusterEndsBetween_NextActivationRemovesTheObjects()
    {
        var objects = new MemoryObjectStore();
        await using (var first = await GrainCluster.StartAsync(objects))
        {
            await FilledAsync(first);
            objects.FailDelete = key => key.StartsWith("shards/", StringComparison.Ordinal);
            await first.Catalog.DeleteAsync("birds", "drop", Token);
        }

        objects.FailDelete = _ => false;
        Assert.NotEmpty(await objects.ListAsync("shards/", Token));
        await using var second = await GrainCluster.StartAsync(objects);
        Assert.Null(await second.Catalog.FindAsync("birds", Token));

        await DroppedAsync(objects);
        Assert.Empty(await objects.ListAsync("shards/", Token));
    }

    private static async Task<CollectionInfo> FilledAsync(GrainCluster cluster)
    {
        var birds = await cluster.CreateAsync(GrainCluster.NewCollection("birds", shards: 2));
        for (var shard = 0; shard < 2; shard++)
        {
            await cluster.Shard(birds, shard).WriteAsync(
                new("write", [GrainCluster.Record($"record {shard}", 1, 2, 3, 4)], []), Token);
        }

        return birds;
    }

    // The document forgets a dropped collection when its objects are gone.
    private static async Task DroppedAsync(MemoryObjectStore objects)
    {
        var document = new NumberedDocument(objects, "catalog/");
        while (!CatalogFormat.Read((await document.ReadNewestAsync(Token))!.Content.Span).Dropping.IsEmpty)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
