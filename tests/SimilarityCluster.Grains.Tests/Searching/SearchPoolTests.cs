using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Building;
using SimilarityCluster.Grains.Searching;
using SimilarityCluster.Grains.Tests.Clusters;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Grains.Tests.Searching;

public sealed class SearchPoolTests : IAsyncLifetime
{
    private readonly BuilderScheduler _builder = new();
    private readonly List<ShardStore> _shards = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var objects = new MemoryObjectStore();
        for (var shard = 0; shard < 5; shard++)
        {
            var store = await ShardStore.OpenAsync(
                objects,
                $"shards/{shard}/",
                new ShardSchema(Metric.Euclidean, 1),
                new ShardStoreOptions(),
                _builder,
                TimeProvider.System,
                new Progress<Exception>(),
                MemoryBudget.Unlimited,
                Token);
            _shards.Add(store);
            RecordWrite[] records = [.. Enumerable.Range(0, 20).Select(row => new RecordWrite(
                Encoding.UTF8.GetBytes($"{row * 5 + shard:D3}"), Vector(row * 5 + shard), default))];
            await store.WriteAsync(new ShardWrite("fill", records, []), Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards)
        {
            await shard.DisposeAsync();
        }

        _builder.Dispose();
    }

    [Theory]
    [InlineData(1, 1, 1, 0)]
    [InlineData(1, 5, 1, 0)]
    [InlineData(4, 1, 1, 4)]
    [InlineData(4, 5, 1, 4)]
    [InlineData(4, 5, 1, 3)]
    [InlineData(3, 5, 100, 3)]
    [InlineData(1, 5, 33, 1)]
    [InlineData(8, 2, 7, 8)]
    public async Task Enqueue_AnyCut_AnswersEveryQueryInOrder(int threads, int shards, int queries, int idle)
    {
        using var pool = NewPool(threads, queueLimit: 1_000);
        var job = NewJob(queries, shards, threads, idle, TimeProvider.System, Token);

        pool.Enqueue(job);

        var reader = new PackedHitsReader((await job.Completion).Hits);
        for (var query = 0; query < queries; query++)
        {
            Assert.Equal(3, reader.ReadHitCount());
            var values = Enumerable.Range(0, 100).Where(value => value % 5 < shards)
                .OrderBy(value => Math.Abs(value - query)).ThenBy(value => value).Take(3);
            foreach (var value in values)
            {
                var hit = reader.ReadHit();
                Assert.Equal(MathF.Abs(value - query), hit.Distance);
                Assert.Equal($"{value:D3}", Encoding.UTF8.GetString(hit.Id.Span));
            }
        }
    }

    [Fact]
    public async Task Enqueue_QueueFull_RefusesCountingQueriesAndAdmitsAgain()
    {
        using var pool = NewPool(threads: 1, queueLimit: 10);
        var held = new HeldTime();
        var running = NewJob(1, 1, 1, 0, held, Token);
        pool.Enqueue(running);
        await held.Started.WaitAsync(Token);
        var waiting = NewJob(6, 1, 1, 0, TimeProvider.System, Token);
        pool.Enqueue(waiting);

        var refusal = Assert.Throws<SiloOverloadedException>(
            () => pool.Enqueue(NewJob(5, 1, 1, 0, TimeProvider.System, Token)));
        Assert.Equal(10, refusal.Limit);
        var fitting = NewJob(4, 1, 1, 0, TimeProvider.System, Token);
        pool.Enqueue(fitting);
        Assert.Equal(10, pool.WaitingQueryCount);

        held.Release();
        await Task.WhenAll(running.Completion, waiting.Completion, fitting.Completion);
        Assert.Equal(0, pool.WaitingQueryCount);
        var large = NewJob(11, 1, 1, 0, TimeProvider.System, Token);
        pool.Enqueue(large);
        await large.Completion;
    }

    [Fact]
    public async Task Enqueue_CancelledOnceStarted_EndsCancelledAndServesTheNext()
    {
        using var pool = NewPool(threads: 2, queueLimit: 1_000);
        var held = new HeldTime();
        using var call = new CancellationTokenSource();
        var job = NewJob(100, 5, 2, 0, held, call.Token);
        pool.Enqueue(job);
        await held.Started.WaitAsync(Token);

        await call.CancelAsync();
        held.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Completion);
        var next = NewJob(1, 1, 2, 0, TimeProvider.System, Token);
        pool.Enqueue(next);
        await next.Completion;
    }

    [Fact]
    public async Task Enqueue_SingleQueryBehindABatch_StartsBeforeTheBatchEnds()
    {
        using var pool = NewPool(threads: 1, queueLimit: 1_000);
        var (heldBatch, heldSingle) = (new HeldTime(), new HeldTime());
        var batch = NewJob(200, 1, 1, 0, heldBatch, Token);
        var single = NewJob(1, 1, 1, 0, heldSingle, Token);
        pool.Enqueue(batch);
        await heldBatch.Started.WaitAsync(Token);
        pool.Enqueue(single);

        heldBatch.Release();
        await heldSingle.Started.WaitAsync(Token);

        Assert.False(batch.Completion.IsCompleted);
        heldSingle.Release();
        await Task.WhenAll(batch.Completion, single.Completion);
    }

    [Fact]
    public async Task Enqueue_ShardRefusesTheQuery_TellsTheCaller()
    {
        using var pool = NewPool(threads: 1, queueLimit: 10);
        var job = new SearchJob(
            Message(1, 1) with { Vectors = new byte[8] }, [_shards[0]], [], 1, 0, TimeProvider.System, Token);

        pool.Enqueue(job);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => job.Completion);
    }

    [Fact]
    public async Task Enqueue_TargetRecallOfShardsThatMeasuredNone_ComparesEveryRecord()
    {
        using var pool = NewPool(threads: 1, queueLimit: 10);
        var search = Message(1, 5) with { Exact = false, TargetRecall = 0.9f };
        var job = new SearchJob(search, [.. _shards], [], 1, 0, TimeProvider.System, Token);

        pool.Enqueue(job);

        Assert.Equal(0, (await job.Completion).SearchBreadth);
    }

    [Fact]
    public async Task Enqueue_MaxDistance_FindsTheRecordsWithin()
    {
        using var pool = NewPool(threads: 1, queueLimit: 10);
        var search = Message(1, 5) with { Limit = 50, MaxDistance = 7 };
        var job = new SearchJob(search, [.. _shards], [], 1, 0, TimeProvider.System, Token);

        pool.Enqueue(job);

        Assert.Equal(8, new PackedHitsReader((await job.Completion).Hits).ReadHitCount());
    }

    [Fact]
    public async Task Enqueue_SearchBreadth_IsReportedWhereAGraphIsWalked()
    {
        using var pool = NewPool(threads: 1, queueLimit: 10);
        Assert.Equal(0, await BreadthAsync()); // So few records are compared, all of them.

        RecordWrite[] records = [.. Enumerable.Range(0, 1_500).Select(row => new RecordWrite(
            Encoding.UTF8.GetBytes($"more {row}"), Vector(row), default))];
        await _shards[2].WriteAsync(new ShardWrite("more", records, []), Token);
        await _shards[2].WhenIndexedAsync(Token);
        Assert.Equal(10, await BreadthAsync());

        async Task<int> BreadthAsync()
        {
            var search = Message(1, 5) with { Exact = false };
            var job = new SearchJob(search, [.. _shards], [], 1, 0, TimeProvider.System, Token);
            pool.Enqueue(job);
            return (await job.Completion).SearchBreadth;
        }
    }

    [Fact]
    public async Task Dispose_SearchesWait_EndsThemThenRefuses()
    {
        var pool = NewPool(threads: 1, queueLimit: 10);
        var job = NewJob(9, 1, 1, 0, TimeProvider.System, Token);
        pool.Enqueue(job);

        pool.Dispose();

        Assert.True(job.Completion.IsCompleted);
        await job.Completion;
        Assert.Throws<ShardUnavailableException>(
            () => pool.Enqueue(NewJob(1, 1, 1, 0, TimeProvider.System, Token)));
    }

    private static SearchPool NewPool(int threads, int queueLimit) =>
        new(Options.Create(new SearchOptions { Threads = threads, QueueLimit = queueLimit }));

    private static byte[] Vector(float value) => MemoryMarshal.AsBytes(new[] { value }.AsSpan()).ToArray();

    private static SiloSearchMessage Message(int queries, int shards) => new()
    {
        CollectionId = Guid.Empty,
        Shards = [.. Enumerable.Range(0, shards)],
        MinSequences = [],
        Vectors = [.. Enumerable.Range(0, queries).SelectMany(query => Vector(query))],
        QueryCount = queries,
        Limit = 3,
        Exact = true,
        SearchBreadth = 10,
        IncludeVector = false,
        IncludeMetadata = false,
    };

    private SearchJob NewJob(
        int queries, int shards, int threads, int idle, TimeProvider time, CancellationToken token) =>
        new(Message(queries, shards), [.. _shards.Take(shards)], [], threads, idle, time, token);

    // A search reads the clock when it is made and when it starts: the second reading holds its thread.
    private sealed class HeldTime : TimeProvider
    {
        private readonly TaskCompletionSource _started =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new();
        private int _readings;

        public Task Started => _started.Task;

        public void Release() => _released.SetResult();

        public override long GetTimestamp()
        {
            if (Interlocked.Increment(ref _readings) == 2)
            {
                _started.SetResult();
                _released.Task.Wait();
            }

            return base.GetTimestamp();
        }
    }
}
