using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Indexing;

public sealed class GraphBuilderTests
{
    private readonly InMemoryObjectStore _objects = new();
    private readonly ManualScheduler _scheduler = new();

    [Fact]
    public async Task Write_TailBeyondTheLimit_WaitsUntilTheGraphCatchesUp()
    {
        await using var shard = await Shards.OpenAsync(
            _objects, new ShardStoreOptions { TailLimit = 10 }, _scheduler);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 11).Select(i => $"id{i}")]);
        var waiting = shard.UpsertAsync("2", "late");
        Assert.False(waiting.IsCompleted);
        Assert.Equal(11, shard.Count);
        using var cancellation = new CancellationTokenSource();
        var cancelled = shard.WriteAsync(
            new ShardWrite("3", [Shards.Record("no", 1)], []), cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _scheduler.Open();
        Assert.Equal(2, (await waiting).Sequence);
        Assert.False(shard.TryFind("no"u8, out _));
    }

    [Fact]
    public async Task Write_WaitsForTheGraphAndShardIsDisposed_IsToldAndNotApplied()
    {
        var shard = await Shards.OpenAsync(_objects, new ShardStoreOptions { TailLimit = 10 }, _scheduler);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 11).Select(i => $"id{i}")]);
        var waiting = shard.UpsertAsync("2", "late");
        var disposing = shard.DisposeAsync();
        _scheduler.Open(); // The builder's portion ends once it runs.
        await disposing;
        await Assert.ThrowsAsync<ShardStoppedException>(() => waiting);
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(11, again.Count);
    }

    [Fact]
    public async Task Open_ReplayBeyondTheLimit_WritesAtOnce()
    {
        await using (var shard = await Shards.OpenAsync(_objects, builder: _scheduler))
        {
            await shard.UpsertAsync("1", [.. Enumerable.Range(0, 50).Select(i => $"id{i}")]);
            _scheduler.Open();
        }

        var closed = new ManualScheduler();
        await using var again = await Shards.OpenAsync(
            _objects, new ShardStoreOptions { TailLimit = 10 }, closed);
        Assert.Equal(["id7"], again.Nearest(7, 1, exact: false));
        Assert.Equal(2, (await again.UpsertAsync("2", "late")).Sequence);
        closed.Open();
        await again.WhenIndexedAsync(Shards.Token);
    }

    [Fact]
    public async Task Build_SchedulerFails_StopsTheShardAndSearchGoesOn()
    {
        await using var shard = await Shards.OpenAsync(_objects, builder: new FailingScheduler());
        await shard.UpsertAsync("1", "a", "b");
        Assert.Equal(ShardStopReason.IndexFailed, await shard.Stopped);
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => shard.UpsertAsync("2", "c"));
        Assert.Equal(ShardStopReason.IndexFailed, refusal.Reason);
        Assert.NotNull(refusal.InnerException);
        await Assert.ThrowsAsync<ShardStoppedException>(() => shard.WhenIndexedAsync(Shards.Token));
        Assert.Equal(["a", "b"], shard.Nearest(0, 5, exact: false));
    }

    private sealed class FailingScheduler : TaskScheduler
    {
        protected override void QueueTask(Task task) =>
            throw new InvalidOperationException("The scheduler is closed.");

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
