using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Building;
using SimilarityCluster.Grains.Shards;
using SimilarityCluster.Grains.Tests.Clusters;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Grains.Tests.Shards;

public sealed class ShardGrainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Locate_CalledConcurrently_OpensOnce()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var shard = cluster.Shard(await cluster.CreateAsync(GrainCluster.NewCollection("birds")));

        var locations = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => shard.LocateAsync(Token)));

        Assert.Single(locations.Distinct());
        Assert.Equal(cluster.Silos[0].SiloAddress.ToParsableString(), locations[0].Silo);
    }

    [Fact]
    public async Task Write_ThenReadListAndCount_GivesWhatWasWritten()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var shard = cluster.Shard(await cluster.CreateAsync(GrainCluster.NewCollection("birds")));
        var (a, b, c) = (Record("a", 1), Record("b", 2), Record("c", 3));
        await shard.WriteAsync(new ShardWriteMessage("1", [c, a, b], []), Token);
        var written = await shard.WriteAsync(
            new ShardWriteMessage("2", [], ["b"u8.ToArray(), "x"u8.ToArray()]), Token);

        Assert.Equal((0, 1), (written.UpsertedCount, written.DeletedCount));
        Assert.Equal(2, await shard.CountAsync(written.Sequence, Token));
        byte[][] ids = ["c"u8.ToArray(), "b"u8.ToArray(), "a"u8.ToArray()];
        AssertRecords([c, a], await shard.ReadAsync(new(ids, [], 0, true, true, written.Sequence), Token));
        AssertRecords([a, c], await shard.ReadAsync(new([], [], 10, true, true, 0), Token));
        AssertRecords([c], await shard.ReadAsync(new([], "a"u8.ToArray(), 1, true, true, 0), Token));
        var bare = Assert.Single(await shard.ReadAsync(new([], [], 1, false, false, 0), Token));
        Assert.Equal((0, 0), (bare.Vector.Length, bare.Metadata.Length));
    }

    [Fact]
    public async Task Read_MoreRecordsThanOneTurn_GivesAllInOrder()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var shard = cluster.Shard(await cluster.CreateAsync(GrainCluster.NewCollection("birds")));
        RecordWriteMessage[] records = [.. Enumerable.Range(0, 700).Select(row => Record($"{row:D4}", row))];
        await shard.WriteAsync(new ShardWriteMessage("1", records, []), Token);

        AssertRecords(records, await shard.ReadAsync(new([], [], 1_000, true, true, 0), Token));
    }

    [Fact]
    public async Task Write_RepeatedOperation_AnswersFirstOutcomeAlsoAfterReopening()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var shard = cluster.Shard(await cluster.CreateAsync(GrainCluster.NewCollection("birds")));
        var first = await shard.WriteAsync(new ShardWriteMessage("op", [Record("a", 1)], []), Token);
        await shard.WriteAsync(new ShardWriteMessage("other", [], ["a"u8.ToArray()]), Token);

        Assert.Equal(first, await shard.WriteAsync(new ShardWriteMessage("op", [Record("a", 1)], []), Token));
        await cluster.DeactivateAsync(shard);
        Assert.Equal(first, await shard.WriteAsync(new ShardWriteMessage("op", [Record("a", 1)], []), Token));
        Assert.Equal(0, await shard.CountAsync(0, Token));
    }

    [Fact]
    public async Task Write_OwnerDeposed_RefusesThenClaimsAnewAndKeepsEveryRecord()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var shard = cluster.Shard(collection);
        var before = await shard.LocateAsync(Token);
        await shard.WriteAsync(new ShardWriteMessage("1", [Record("a", 1)], []), Token);
        using var builder = new BuilderScheduler();
        await using (var other = await ShardStore.OpenAsync(
            objects,
            ShardObjects.PrefixOf(new ShardKey(collection.Id, 0)),
            new ShardSchema(Metric.Euclidean, 4),
            new ShardStoreOptions(),
            builder,
            TimeProvider.System,
            new Progress<Exception>(),
            MemoryBudget.Unlimited,
            Token))
        {
            Assert.True(other.Epoch > before.Epoch);
            await Assert.ThrowsAsync<ShardUnavailableException>(
                () => shard.WriteAsync(new ShardWriteMessage("2", [Record("b", 2)], []), Token));
        }

        await GrainCluster.WhenServedAsync(
            () => shard.WriteAsync(new ShardWriteMessage("2", [Record("b", 2)], []), Token));

        Assert.True((await shard.LocateAsync(Token)).Epoch > before.Epoch + 1);
        Assert.Equal(2, await shard.CountAsync(0, Token));
    }

    [Fact]
    public async Task Write_StoreFails_RefusesThenServesAgain()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var shard = cluster.Shard(await cluster.CreateAsync(GrainCluster.NewCollection("birds")));
        await shard.LocateAsync(Token);
        objects.FailPut = key => key.StartsWith("shards/", StringComparison.Ordinal);
        await Assert.ThrowsAsync<ShardUnavailableException>(
            () => shard.WriteAsync(new ShardWriteMessage("1", [Record("a", 1)], []), Token));

        objects.FailPut = _ => false;
        await GrainCluster.WhenServedAsync(
            () => shard.WriteAsync(new ShardWriteMessage("1", [Record("a", 1)], []), Token));

        Assert.Equal(1, await shard.CountAsync(0, Token));
    }

    [Fact]
    public async Task Read_StoredDataIsDamaged_NamesTheObject()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var shard = cluster.Shard(collection);
        await shard.WriteAsync(new ShardWriteMessage("1", [Record("a", 1)], []), Token);
        await cluster.DeactivateAsync(shard);
        var log = ShardObjects.PrefixOf(new ShardKey(collection.Id, 0)) + "log/";
        objects.Damage(log);

        var damage = await Assert.ThrowsAsync<ShardDamagedException>(() => shard.CountAsync(0, Token));

        Assert.Contains(log, damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locate_UnknownCollectionOrShard_ThrowsNotFound()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));

        var unknown = GrainCluster.NewCollection("cats");
        var gone = await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => cluster.Shard(unknown).LocateAsync(Token));
        Assert.Equal(unknown.Id.ToString(), gone.Collection);
        await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => cluster.Shard(collection, 1).LocateAsync(Token));
    }

    [Fact]
    public async Task Shard_ItsSiloStops_ServesItsRecordsFromTheOther()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore(), silos: 2);
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var shard = cluster.Shard(collection);
        var before = await cluster.OpenOnAsync(1, collection, 0);
        Assert.Equal(cluster.Silos[1].SiloAddress.ToParsableString(), before.Silo);
        await shard.WriteAsync(new ShardWriteMessage("1", [Record("a", 1)], []), Token);

        await cluster.StopAsync(cluster.Silos[1]);

        var after = await shard.LocateAsync(Token);
        Assert.NotEqual(before.Silo, after.Silo, StringComparer.Ordinal);
        Assert.Equal(1, await shard.CountAsync(0, Token));
    }

    private static RecordWriteMessage Record(string id, float value) =>
        GrainCluster.Record(id, value, value + 1, value + 2, value + 3);

    private static void AssertRecords(RecordWriteMessage[] expected, StoredRecordMessage[] given)
    {
        Assert.Equal(expected.Select(record => record.Id), given.Select(record => record.Id));
        Assert.Equal(expected.Select(record => record.Vector), given.Select(record => record.Vector));
        Assert.Equal(expected.Select(record => record.Metadata), given.Select(record => record.Metadata));
    }
}
