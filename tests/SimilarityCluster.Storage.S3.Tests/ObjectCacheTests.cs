using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>What stays in the cache and what goes.</summary>
public sealed class ObjectCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _fetched = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Map_BeyondTheLimit_LetsTheOldestGo()
    {
        using var cache = Open(250);
        foreach (var key in new[] { "a", "b", "a", "c", "a", "b" })
        {
            await UseAsync(cache, key);
        }

        Assert.Equal(["a", "b", "c", "b"], _fetched);
        Assert.Equal(200, cache.Bytes);
        Assert.Equal(2, FileCount());
    }

    [Fact]
    public async Task Map_OldestIsInUse_LetsAnotherGo()
    {
        using var cache = Open(250);
        using var used = await MapAsync(cache, "a");
        await UseAsync(cache, "b");
        await UseAsync(cache, "c");
        await UseAsync(cache, "a");
        await UseAsync(cache, "b");
        Assert.Equal(["a", "b", "c", "b"], _fetched);
    }

    [Fact]
    public async Task Map_MoreInUseThanTheLimit_KeepsItAllUntilItIsLetGo()
    {
        using var cache = Open(0);
        var first = await MapAsync(cache, "a");
        var second = await MapAsync(cache, "b");
        Assert.Equal(200, cache.Bytes);
        Assert.Equal((byte)'a', first.Read<byte>(99));
        Assert.Equal((byte)'b', second.Read<byte>(99));
        first.Dispose();
        second.Dispose();
        await UseAsync(cache, "c");
        Assert.Equal(100, cache.Bytes);
        Assert.Equal(1, FileCount());
    }

    [Fact]
    public async Task Open_MoreThanTheLimit_LetsTheOldestGo()
    {
        using (var cache = Open(1_000))
        {
            foreach (var key in new[] { "c", "b", "a", "c" })
            {
                await UseAsync(cache, key);
            }
        }

        using var again = Open(200);
        Assert.Equal(200, again.Bytes);
        await UseAsync(again, "c");
        await UseAsync(again, "a");
        Assert.Equal(["c", "b", "a"], _fetched);
    }

    [Fact]
    public void Open_LeftoversOfAKilledProcess_AreRemoved()
    {
        using (var cache = Open(1_000))
        {
            var (_, file) = cache.Create();
            using (file)
            {
                file.Write(new byte[10]);
            }

            Assert.Single(Directory.GetFiles(cache.Pending));
        }

        using var again = Open(1_000);
        Assert.Empty(Directory.GetFiles(again.Pending));
    }

    [Fact]
    public async Task Map_FetchFails_LeavesNothing()
    {
        using var cache = Open(1_000);
        var failed = await Assert.ThrowsAsync<IOException>(() => cache.MapAsync(
            new CacheName("k", "e"), 100, (_, _) => throw new IOException("Not today."), Token));
        Assert.Equal("Not today.", failed.Message, StringComparer.Ordinal);
        Assert.Equal(0, FileCount());
        Assert.Empty(Directory.GetFiles(cache.Pending));
        await UseAsync(cache, "k");
    }

    [Fact]
    public async Task Map_FetchGivesAnotherLength_IsRefused()
    {
        using var cache = Open(1_000);
        await Assert.ThrowsAsync<IOException>(
            () => cache.MapAsync(new CacheName("k", "e"), 101, (file, _) => Fetch("k", file), Token));
        Assert.Equal(0, FileCount());
    }

    [Fact]
    public async Task Map_OtherContentOfAKey_IsFetched()
    {
        using var cache = Open(1_000);
        await UseAsync(cache, "k", "old");
        await UseAsync(cache, "k", "new");
        Assert.Equal(["k", "k"], _fetched);
        cache.Remove("k");
        Assert.Equal(0, cache.Bytes);
        Assert.Equal(0, FileCount());
    }

    private ObjectCache Open(long bytesLimit) => ObjectCache.Open(_directory.Path, bytesLimit, _time);

    private int FileCount() => Directory.GetFiles(Path.Combine(_directory.Path, "objects")).Length;

    private async Task<System.Runtime.InteropServices.SafeBuffer> MapAsync(
        ObjectCache cache, string key, string etag = "e")
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        var map = await cache.MapAsync(new CacheName(key, etag), 100, (file, _) => Fetch(key, file), Token);
        return map!;
    }

    private async Task UseAsync(ObjectCache cache, string key, string etag = "e") =>
        (await MapAsync(cache, key, etag)).Dispose();

    private Task<bool> Fetch(string key, ILocalFile file)
    {
        _fetched.Add(key);
        file.Write(Enumerable.Repeat((byte)key[0], 100).ToArray());
        return Task.FromResult(true);
    }
}
