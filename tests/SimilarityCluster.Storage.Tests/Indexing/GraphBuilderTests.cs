using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;
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

    [Theory]
    [InlineData(1, 500, 1)]
    [InlineData(2, 500, 2)]
    [InlineData(2, 31, 1)] // A tail.
    [InlineData(64, 33, 2)]
    public async Task Build_SchedulerOfManyThreads_HasSoManyWorkersAsItCoresAndRowsAllow(
        int level, int rows, int workers)
    {
        var scheduler = new ManualScheduler(level);
        await using var shard = await Shards.OpenAsync(_objects, builder: scheduler);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, rows).Select(i => $"id{i}")]);
        Assert.Equal(Math.Min(workers, Environment.ProcessorCount), scheduler.WaitingCount);
        scheduler.Open();
        await shard.WhenIndexedAsync(Shards.Token);
        Assert.Equal(["id7"], shard.Nearest(7, 1, exact: false));
    }

    [Fact]
    public async Task Build_SeveralWorkers_GraphHasEveryRow()
    {
        // On a line, codes of eight bits would not tell the rows apart.
        var options = new ShardStoreOptions { Code = VectorCode.Float32 };
        await using var shard = await Shards.OpenAsync(_objects, options, TaskScheduler.Default);
        for (var i = 0; i < 3_000; i += 500)
        {
            await shard.WriteAsync(
                new ShardWrite(
                    $"{i}", [.. Enumerable.Range(i, 500).Select(j => Shards.Record($"id{j}", j))], []),
                Shards.Token);
        }

        await shard.WhenIndexedAsync(Shards.Token);
        for (var i = 0; i < 3_000; i += 7)
        {
            Assert.Equal([$"id{i}"], shard.Nearest(i, 1, exact: false));
        }
    }

    [Fact]
    public async Task Dispose_SeveralWorkersWait_WaitsForAllAndBeginsNoOtherPortion()
    {
        var scheduler = new ManualScheduler(2);
        var shard = await Shards.OpenAsync(_objects, builder: scheduler);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 500).Select(i => $"id{i}")]);
        var disposing = shard.DisposeAsync().AsTask();
        Assert.Equal(ShardStopReason.Disposed, await shard.Stopped);
        Assert.False(disposing.IsCompleted);
        scheduler.RunWaiting();
        await disposing;
        Assert.Equal(0, scheduler.WaitingCount);
        await Assert.ThrowsAsync<ShardStoppedException>(() => shard.WhenIndexedAsync(Shards.Token));
    }

    [Fact]
    public async Task Build_SchedulerRefusesTheSecondWorker_StopsTheShardAfterTheFirst()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "One core has one worker.");
        var scheduler = new ManualScheduler(2);
        await using var shard = await Shards.OpenAsync(
            _objects, builder: new FailingScheduler(2, scheduler));
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 500).Select(i => $"id{i}")]);
        Assert.False(shard.Stopped.IsCompleted);
        scheduler.Open();
        Assert.Equal(ShardStopReason.IndexFailed, await shard.Stopped);
        Assert.Equal(["id7"], shard.Nearest(7, 1, exact: false));
    }

    private sealed class FailingScheduler(int level = 1, ManualScheduler? once = null) : TaskScheduler
    {
        private ManualScheduler? _once = once;

        public override int MaximumConcurrencyLevel => level;

        protected override void QueueTask(Task task)
        {
            var runner = _once ?? throw new InvalidOperationException("The scheduler is closed.");
            _once = null;
            // The task belongs to this scheduler, so the other one runs it from a task of its own.
            _ = Task.Factory.StartNew(
                () => TryExecuteTask(task), CancellationToken.None, TaskCreationOptions.None, runner);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }

    [Fact]
    public async Task Search_TargetRecall_IsExactUntilTheIdleGraphIsMeasured()
    {
        await using var shard = await Shards.OpenAsync(_objects, builder: _scheduler);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 1_100).Select(i => $"id{i}")]);
        Assert.Equal(0, BreadthFor(0.9));
        _scheduler.Open();
        while (BreadthFor(0.9) == 0)
        {
            Shards.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.InRange(BreadthFor(0.9), 10, 1_000);
        Assert.Equal(0, BreadthFor(1));

        int BreadthFor(double recall)
        {
            var stop = default(NeverStop);
            var query = new VectorQuery([1, 0, 0, 0], 1);
            var effort = SearchEffort.Recall(recall);
            return shard.Search(query, effort, filter: null, new ShardHit[10], ref stop).SearchBreadth;
        }
    }
}
