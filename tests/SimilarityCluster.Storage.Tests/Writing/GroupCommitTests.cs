using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Writing;

public sealed class GroupCommitTests
{
    private readonly InMemoryObjectStore _objects = new();
    private readonly FaultyObjectStore _store;
    private TaskCompletionSource _gate = new();
    private TaskCompletionSource _putting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GroupCommitTests() => _store = new FaultyObjectStore(_objects);

    [Fact]
    public async Task Write_WhileAPutIsInFlight_JoinsTheNextSlot()
    {
        await using var shard = await Shards.OpenAsync(_store);
        var first = await HoldAsync(shard);
        var slots = _objects.Keys("shards/0/log/").Count;
        var writes = Enumerable.Range(0, 100).Select(i => shard.UpsertAsync($"{i}", $"id{i:D3}")).ToList();
        _gate.SetResult();
        await first;
        Assert.Equal(
            Enumerable.Range(2, 100), (await Task.WhenAll(writes)).Select(outcome => (int)outcome.Sequence));
        Assert.Equal(slots + 2, _objects.Keys("shards/0/log/").Count);
    }

    [Fact]
    public async Task Write_MoreThanASlotTakes_FillsSeveral()
    {
        var options = new ShardStoreOptions { SlotBytesLimit = 200 };
        await using var shard = await Shards.OpenAsync(_store, options);
        var first = await HoldAsync(shard);
        var slots = _objects.Keys("shards/0/log/").Count;
        var writes = Enumerable.Range(0, 6).Select(i => shard.UpsertAsync($"{i}", $"id{i}")).ToList();
        _gate.SetResult();
        await first;
        await Task.WhenAll(writes);
        Assert.Equal(slots + 4, _objects.Keys("shards/0/log/").Count);
        Assert.Equal(7, shard.Count);
    }

    [Fact]
    public async Task Write_OneOperationTwiceInOneGroup_IsAppliedOnce()
    {
        await using var shard = await Shards.OpenAsync(_store);
        var first = await HoldAsync(shard);
        var once = shard.UpsertAsync("same", "a");
        var twice = shard.UpsertAsync("same", "a");
        var third = shard.UpsertAsync("first", "first"); // Joins the one in flight.
        _gate.SetResult();
        Assert.Equal(await once, await twice);
        Assert.Equal(await first, await third);
        Assert.Equal(2, shard.Sequence);
    }

    [Fact]
    public async Task Write_FirstCallerCancelled_RetryGetsTheOutcome()
    {
        await using var shard = await Shards.OpenAsync(_store);
        var first = await HoldAsync(shard);
        using var cancellation = new CancellationTokenSource();
        var cancelled = shard.WriteAsync(
            new ShardWrite("same", [Shards.Record("a", 1)], []), cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var retry = shard.UpsertAsync("same", "a");
        _gate.SetResult();
        await first;
        Assert.Equal(2, (await retry).Sequence);
        Assert.Equal(2, shard.Count);
    }

    [Fact]
    public async Task Write_BacklogFull_IsRefusedAndNothingApplied()
    {
        var options = new ShardStoreOptions { BacklogBytesLimit = 1_000 };
        await using var shard = await Shards.OpenAsync(_store, options);
        var first = await HoldAsync(shard);
        var writes = new List<Task<ShardWriteOutcome>>();
        var refusal = await Assert.ThrowsAsync<ShardBacklogException>(async () =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                var write = shard.UpsertAsync($"{i}", $"id{i}");
                if (write.IsFaulted)
                {
                    await write;
                }

                writes.Add(write);
            }
        });
        Assert.Equal(1_000, refusal.LimitBytes);
        _gate.SetResult();
        await first;
        await Task.WhenAll(writes);
        Assert.InRange(writes.Count, 5, 15);
        Assert.Equal(writes.Count + 1, shard.Count);
        await shard.UpsertAsync("after", "after"); // There is room again.
    }

    [Fact]
    public async Task Write_LargerThanTheBacklogButAlone_IsWritten()
    {
        var options = new ShardStoreOptions { BacklogBytesLimit = 10, SlotBytesLimit = 10 };
        await using var shard = await Shards.OpenAsync(_store, options);
        Assert.Equal(1, (await shard.UpsertAsync("1", "a")).Sequence);
        Assert.Equal(2, (await shard.UpsertAsync("2", "b")).Sequence);
    }

    [Fact]
    public async Task Write_PutFails_EveryWaitingWriterIsTold()
    {
        await using var shard = await Shards.OpenAsync(_store);
        var first = await HoldAsync(shard);
        var writes = Enumerable.Range(0, 10)
            .Select(i => shard.UpsertAsync($"{i}", $"id{i}")).Append(first).ToList();
        _store.OnPut = _ => PutFault.Refused;
        _gate.SetResult();
        foreach (var write in writes)
        {
            var failure = await Assert.ThrowsAsync<ShardStoppedException>(() => write);
            Assert.Equal(ShardStopReason.StoreFailed, failure.Reason);
        }

        Assert.Equal(0, shard.Count);
    }

    /// <summary>Begins a write whose put waits for the gate.</summary>
    private async Task<Task<ShardWriteOutcome>> HoldAsync(ShardStore shard)
    {
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _putting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.BeforePut = _ =>
        {
            _putting.TrySetResult();
            return _gate.Task;
        };
        var first = shard.UpsertAsync("first", "first");
        await _putting.Task;
        return first;
    }
}
