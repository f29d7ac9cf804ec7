using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private const long Limit = 1_000;

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryObjectStore _objects = new();
    private readonly MemoryBudget _memory;
    private long _used;
    private long _garbage;
    private int _reclaims;

    public MemoryBudgetTests() => _memory = new MemoryBudget(Limit, () => _used + _garbage, Reclaim, _time);

    [Fact]
    public async Task WriteAsync_NoMemoryLeft_IsRefusedUntilThereIs()
    {
        await using var shard = await Shards.OpenAsync(_objects, memory: _memory);
        await shard.UpsertAsync("1", "a", "b");
        Use(950);

        var refusal = await Assert.ThrowsAsync<ShardMemoryException>(() => shard.UpsertAsync("2", "c"));

        Assert.Equal(Limit, refusal.LimitBytes);
        Assert.Contains("950", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await shard.DeleteAsync("3", "a")).DeletedCount);
        Assert.Equal(["b"], shard.Nearest(0, 5, exact: true));
        Use(800);
        await shard.UpsertAsync("2", "c");
        Assert.Equal(["b", "c"], shard.Ids().ToArray());
    }

    [Fact]
    public async Task WriteAsync_OnlyGarbageIsInTheWay_IsDone()
    {
        await using var shard = await Shards.OpenAsync(_objects, memory: _memory);
        _garbage = 500;
        Use(600);

        await shard.UpsertAsync("1", "a");

        Assert.Equal(1, _reclaims);
    }

    [Fact]
    public async Task WriteAsync_RefusedAgainAtOnce_ReclaimsOnce()
    {
        await using var shard = await Shards.OpenAsync(_objects, memory: _memory);
        Use(950);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAsync<ShardMemoryException>(() => shard.UpsertAsync("1", "a"));
        }

        Assert.Equal(1, _reclaims);
        Use(950);
        await Assert.ThrowsAsync<ShardMemoryException>(() => shard.UpsertAsync("1", "a"));
        Assert.Equal(2, _reclaims);
    }

    [Fact]
    public async Task WriteAsync_RefusedInOneShard_MakesSegmentsInAll()
    {
        var options = new ShardStoreOptions { SegmentBytesLimit = 64 * 1024 };
        var objects = new InMemoryObjectStore();
        await using var idle = await Shards.OpenAsync(objects, options, memory: _memory);
        await using var busy = await Shards.OpenAsync(_objects, options, memory: _memory);
        await idle.WriteAsync(Rows("1", 600), Shards.Token); // Short of a segment.
        await idle.WhenQuietAsync(Shards.Token);
        Assert.Empty(objects.Keys(Shards.Prefix + "segments/"));
        Use(950);

        await Assert.ThrowsAsync<ShardMemoryException>(() => busy.UpsertAsync("1", "a"));
        await idle.WhenQuietAsync(Shards.Token);

        Assert.Single(objects.Keys(Shards.Prefix + "segments/"));
        Assert.Equal(600, idle.Count);
    }

    [Fact]
    public async Task Merge_NoMemoryForIt_IsLeftUntilThereIs()
    {
        var options = new ShardStoreOptions { SegmentBytesLimit = 64 * 1024 };
        var failures = new ExpectedFailures();
        var memory = new MemoryBudget(4 << 20, () => _used, Reclaim, _time);
        await using var shard = await Shards.OpenAsync(
            _objects, options, upkeepFailures: failures, memory: memory);
        Use(3_400_000);
        await SealAsync(shard, "1");
        await SealAsync(shard, "2");
        Assert.Equal(2, _objects.Keys(Shards.Prefix + "segments/").Count);
        Assert.IsType<ShardMemoryException>(Assert.Single(failures.Seen));

        Use(0);
        await SealAsync(shard, "3");

        Assert.Single(_objects.Keys(Shards.Prefix + "segments/"));
        Assert.Equal(9_000, shard.Count);
    }

    [Fact]
    public void Reserve_MoreThanIsLeft_IsRefusedUntilSomeIsGivenBack()
    {
        Use(300);
        var first = _memory.Reserve(400);
        Assert.NotNull(first);
        Assert.Null(_memory.Reserve(300));
        first.Dispose();
        first.Dispose(); // Counts once.
        using var second = _memory.Reserve(600);
        Assert.NotNull(second);
        Assert.Null(_memory.Reserve(1));
    }

    [Fact]
    public void OfProcess_NoLimitGiven_IsAShareOfTheMachine()
    {
        var memory = MemoryBudget.OfProcess(0, _time);

        Assert.InRange(memory.LimitBytes, 1L << 28, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        memory.ThrowIfFull(); // This process does not take that much.
        Assert.Throws<ShardMemoryException>(() => MemoryBudget.OfProcess(1 << 20, _time).ThrowIfFull());
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryBudget.OfProcess(-1, _time));
    }

    private static ShardWrite Rows(string operation, int count) => new(
        operation,
        [.. Enumerable.Range(0, count).Select(row => Shards.Record($"{operation}-{row}", row))],
        []);

    private static async Task SealAsync(ShardStore shard, string operation)
    {
        await shard.WriteAsync(Rows(operation, 3_000), Shards.Token);
        await shard.WhenQuietAsync(Shards.Token);
    }

    private void Use(long bytes)
    {
        _used = bytes;
        _time.Advance(TimeSpan.FromSeconds(10)); // What was looked at before is too old.
    }

    private void Reclaim() => (_garbage, _reclaims) = (0, _reclaims + 1);
}
