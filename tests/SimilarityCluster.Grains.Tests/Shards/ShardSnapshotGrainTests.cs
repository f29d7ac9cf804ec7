using System.Text;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;
using SimilarityCluster.Grains.Shards;
using SimilarityCluster.Grains.Tests.Clusters;

namespace SimilarityCluster.Grains.Tests.Shards;

public sealed class ShardSnapshotGrainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_PagesOfASnapshot_GiveItsRecordsAlsoAfterReopening()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var (shard, snapshots) = await OpenAsync(cluster);
        await WriteAsync(shard, "1", Enumerable.Range(0, 700));

        var taken = await snapshots.TakeAsync("nightly", Token);
        await WriteAsync(shard, "2", Enumerable.Range(700, 20));

        Assert.Equal(("nightly", 1), (taken.Name, taken.Sequence));
        AssertSame(700, await ReadAllAsync(snapshots, "nightly", limit: 1_000, bytes: 1 << 20));
        AssertSame(700, await ReadAllAsync(snapshots, "nightly", limit: 100, bytes: 1 << 20));
        AssertSame(700, await ReadAllAsync(snapshots, "nightly", limit: 100, bytes: 200));
        await cluster.DeactivateAsync(shard);
        Assert.Equal(taken, Assert.Single(await snapshots.ListAsync(Token)));
        AssertSame(700, await ReadAllAsync(snapshots, "nightly", limit: 300, bytes: 1 << 20));
        Assert.Equal(720, await shard.CountAsync(0, Token));
    }

    [Fact]
    public async Task Read_DroppedOrNeverTaken_IsNotFound()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var (shard, snapshots) = await OpenAsync(cluster);
        await WriteAsync(shard, "1", Enumerable.Range(0, 3));
        await snapshots.TakeAsync("gone", Token);
        await snapshots.ReadAsync(new SnapshotReadMessage("gone", [], 1, 1), Token);

        Assert.True(await snapshots.DropAsync("gone", Token));
        Assert.False(await snapshots.DropAsync("gone", Token));

        foreach (var name in (string[])["gone", "never"])
        {
            var missing = await Assert.ThrowsAsync<SnapshotNotFoundException>(
                () => snapshots.ReadAsync(new SnapshotReadMessage(name, [], 1, 1), Token));
            Assert.Equal(name, missing.Name, StringComparer.Ordinal);
        }

        await snapshots.TakeAsync("never", Token);
        AssertSame(3, await ReadAllAsync(snapshots, "never", limit: 10, bytes: 1));
    }

    [Fact]
    public async Task Take_TooMany_NamesTheLimit()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var (_, snapshots) = await OpenAsync(cluster);
        for (var number = 0; number < 64; number++)
        {
            await snapshots.TakeAsync($"s{number}", Token);
        }

        var full = await Assert.ThrowsAsync<SnapshotLimitException>(() => snapshots.TakeAsync("more", Token));
        Assert.Equal(64, full.Limit);
    }

    [Fact]
    public async Task Drop_OfTheCollection_RemovesItsSnapshots()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var (shard, snapshots) = await OpenAsync(cluster);
        await WriteAsync(shard, "1", Enumerable.Range(0, 3));
        await snapshots.TakeAsync("nightly", Token);

        await cluster.Catalog.DeleteAsync("birds", "drop", Token);

        // The catalog answers when its own document is durable; the shards follow.
        while ((await objects.ListAsync("shards/", Token)).Count > 0)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await Assert.ThrowsAsync<CollectionNotFoundException>(
            () => GrainCluster.WhenServedAsync(() => snapshots.ListAsync(Token)));
    }

    [Fact]
    public async Task ForgetIdle_ReaderPauses_OpensAnewAfterwards()
    {
        var objects = new MemoryObjectStore();
        await using var cluster = await GrainCluster.StartAsync(objects);
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        var key = new ShardKey(collection.Id, 0);
        await cluster.Snapshots(collection).TakeAsync("nightly", Token);
        var time = new HandTime();
        var reads = new SnapshotReads(objects, key, time);
        var first = await reads.OpenAsync("nightly", Token);
        Assert.NotNull(first);
        time.Advance(SnapshotReads.Patience - TimeSpan.FromSeconds(1));
        reads.ForgetIdle();
        Assert.Same(first, await reads.OpenAsync("nightly", Token));
        time.Advance(SnapshotReads.Patience);
        reads.ForgetIdle();
        Assert.NotSame(first, await reads.OpenAsync("nightly", Token));
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Advance(TimeSpan time) => _ticks += time.Ticks;
    }

    private static async Task<(IShardGrain Shard, IShardSnapshotGrain Snapshots)> OpenAsync(
        GrainCluster cluster)
    {
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds"));
        return (cluster.Shard(collection), cluster.Snapshots(collection));
    }

    private static Task<ShardWriteResult> WriteAsync(
        IShardGrain shard, string operation, IEnumerable<int> rows) => shard.WriteAsync(
            new ShardWriteMessage(
                operation,
                [.. rows.Select(row => new RecordWriteMessage(
                    Encoding.UTF8.GetBytes($"{row:D4}"), Vector(row), Metadata(row)))],
                []),
            Token);

    private static byte[] Vector(int row) => [.. BitConverter.GetBytes((float)row), .. new byte[12]];

    private static byte[] Metadata(int row) => [.. Enumerable.Repeat((byte)row, row % 7)];

    private static void AssertSame(int count, List<string> records) =>
        Assert.Equal(Names(count), records, StringComparer.Ordinal);

    private static List<string> Names(int count) => [.. Enumerable.Range(0, count).Select(Text)];

    private static string Text(int row) =>
        $"{row:D4}/{Convert.ToHexString(Vector(row))}/{Convert.ToHexString(Metadata(row))}";

    private static async Task<List<string>> ReadAllAsync(
        IShardSnapshotGrain snapshots, string name, int limit, int bytes)
    {
        var found = new List<string>();
        byte[] after = [];
        while (true)
        {
            var page = await snapshots.ReadAsync(new SnapshotReadMessage(name, after, limit, bytes), Token);
            Assert.InRange(page.Records.Length, 1, limit);
            found.AddRange(page.Records.Select(record => string.Join(
                '/',
                Encoding.UTF8.GetString(record.Id),
                Convert.ToHexString(record.Vector),
                Convert.ToHexString(record.Metadata))));
            if (page.IsLast)
            {
                Assert.Equal(found.Count, page.RecordCount);
                return found;
            }

            after = page.Records[^1].Id;
        }
    }
}
