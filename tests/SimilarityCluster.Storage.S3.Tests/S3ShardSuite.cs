using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>A whole shard in a bucket; each service derives its suite.</summary>
public abstract class S3ShardSuite : IAsyncLifetime
{
    private static readonly ShardStoreOptions Small = new() { SegmentBytesLimit = 4_000 };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<S3ObjectStore> _stores = [];

    /// <summary>Opens a store as another process would: over the same prefix, with its own cache.</summary>
    internal abstract Task<S3ObjectStore> OpenAsync(string cache);

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        _directory.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Write_SealMergeAndReopen_KeepsEveryRecord()
    {
        var objects = await OpenStoreAsync();
        await using (var shard = await Shards.OpenAsync(objects, Small))
        {
            await FillAsync(shard, 0, 8);
            Assert.InRange((await objects.ListAsync(Shards.Prefix + "segments/", Shards.Token)).Count, 1, 4);
            await shard.DeleteAsync("delete", "id007", "id300");
            AssertHolds(shard);
        }

        // Once by the process that wrote it, once by one that must copy the segments.
        await using (var again = await Shards.OpenAsync(objects, Small))
        {
            AssertHolds(again);
        }

        await using var elsewhere = await Shards.OpenAsync(await OpenStoreAsync(), Small);
        AssertHolds(elsewhere);

        static void AssertHolds(ShardStore shard)
        {
            Assert.Equal(448, shard.Count);
            Assert.False(shard.TryFind("id300"u8, out _));
            Assert.True(shard.TryFind("id123"u8, out var record));
            Assert.Equal("round 2", Shards.Text(record.Metadata), StringComparer.Ordinal);
            Assert.Equal(["id123"], shard.Nearest(123, 1, exact: false));
            Assert.Equal(["id449", "id448"], shard.Nearest(449, 2, exact: true));
        }
    }

    [Fact]
    public async Task Write_AnotherProcessTookTheShard_IsDeposedAndNotApplied()
    {
        await using var old = await Shards.OpenAsync(await OpenStoreAsync(), Small);
        await old.UpsertAsync("1", "a");
        await using var young = await Shards.OpenAsync(await OpenStoreAsync(), Small);
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => old.UpsertAsync("2", "lost"));
        Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        await young.UpsertAsync("3", "b");
        Assert.Equal(["a", "b"], young.Ids());
    }

    [Fact]
    public async Task Open_CopyOfThePrefix_IsADataDirectory()
    {
        var objects = await OpenStoreAsync();
        await using (var shard = await Shards.OpenAsync(objects, Small))
        {
            await FillAsync(shard, 0, 2);
        }

        var copy = Path.Combine(_directory.Path, "copy");
        foreach (var key in await objects.ListAsync(string.Empty, Shards.Token))
        {
            var path = Path.Combine(copy, "objects", key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var content = await objects.GetAsync(key, 0, int.MaxValue, Shards.Token);
            await File.WriteAllBytesAsync(path, content!, Shards.Token);
        }

        using var local = LocalObjectStore.Open(copy, shared: false);
        var report = await StoreCheck.RunAsync(local, string.Empty, Shards.Token);
        Assert.Empty(report.Findings);
        Assert.Equal(150, report.RecordCount);
        await using var opened = await Shards.OpenAsync(local, Small);
        Assert.Equal(150, opened.Count);
    }

    private static async Task FillAsync(ShardStore shard, int first, int end)
    {
        for (var round = first; round < end; round++)
        {
            RecordWrite[] records =
            [
                .. Enumerable.Range(round * 50, 100)
                    .Select(i => Shards.Record($"id{i:D3}", i, $"round {round}")),
            ];
            await shard.WriteAsync(new ShardWrite($"fill {round}", records, []), Shards.Token);
            await shard.WhenQuietAsync(Shards.Token);
        }
    }

    private async Task<S3ObjectStore> OpenStoreAsync()
    {
        var store = await OpenAsync(Path.Combine(_directory.Path, $"cache{_stores.Count}"));
        _stores.Add(store);
        return store;
    }
}
