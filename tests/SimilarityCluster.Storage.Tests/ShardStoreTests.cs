using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class ShardStoreTests
{
    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task Write_UpsertsAndDeletes_CountsWhatWasThere()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        Assert.Equal(new ShardWriteOutcome(1, 3, 0), await shard.UpsertAsync("1", "a", "b", "c"));
        Assert.Equal(new ShardWriteOutcome(2, 0, 1), await shard.DeleteAsync("2", "a", "unknown"));
        Assert.Equal(new ShardWriteOutcome(3, 0, 0), await shard.DeleteAsync("3", "a"));
        Assert.Equal(2, shard.Count);
        Assert.Equal(3, shard.Sequence);
        Assert.Equal(["b", "c"], shard.Ids());
    }

    [Fact]
    public async Task Write_ExistingId_ReplacesItsRecord()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.WriteAsync(new ShardWrite("1", [Shards.Record("a", 1, "old")], []), Shards.Token);
        Assert.True(shard.TryFind(Shards.Utf8("a"), out var old));
        await shard.WriteAsync(new ShardWrite("2", [Shards.Record("a", 2, "new")], []), Shards.Token);
        Assert.True(shard.TryFind(Shards.Utf8("a"), out var young));
        Assert.Equal("new", Shards.Text(young.Metadata));
        Assert.Equal([2f, 0, 0, 0], young.Vector.ToArray());
        Assert.Equal("old", Shards.Text(old.Metadata));
        Assert.Equal([1L, 2], new[] { old.Sequence, young.Sequence });
        Assert.Equal(1, shard.Count);
        Assert.Equal(["a"], shard.Nearest(1, 10, exact: true));
    }

    [Fact]
    public async Task Write_InvalidBatch_NamesTheFieldAndAppliesNothing()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await RefusedAsync(
            "upserts[1].vector", [Shards.Record("a", 0), new(Shards.Utf8("b"), new byte[12], default)], []);
        await RefusedAsync("upserts[1].id", [Shards.Record("a", 0), Shards.Record("a", 1)], []);
        await RefusedAsync("deletes[0].id", [Shards.Record("a", 0)], [Shards.Utf8("a")]);
        await RefusedAsync("upserts[0].id", [Shards.Record("", 0)], []);
        await RefusedAsync("deletes[0].id", [], [new byte[513]]);
        Assert.Equal(0, shard.Sequence);

        async Task RefusedAsync(string field, RecordWrite[] upserts, ReadOnlyMemory<byte>[] deletes)
        {
            var refusal = await Assert.ThrowsAnyAsync<ArgumentException>(
                () => shard.WriteAsync(new ShardWrite("operation", upserts, deletes), Shards.Token));
            Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Write_BufferUsedAgainAfterwards_KeepsWhatWasWritten()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        var id = Shards.Utf8("id");
        await shard.WriteAsync(new ShardWrite("1", [new(id, Shards.Vector(1), id)], []), Shards.Token);
        Array.Fill(id, (byte)'x');
        Assert.Equal(["id"], shard.Ids());
    }

    [Fact]
    public async Task Write_OperationRepeated_AnswersTheFirstOutcome()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        var first = await shard.DeleteAsync("2", "a");
        await shard.UpsertAsync("3", "a");
        Assert.Equal(first, await shard.DeleteAsync("2", "a"));
        Assert.Equal(1, shard.Count);
        Assert.Equal(3, shard.Sequence);
    }

    [Fact]
    public async Task Write_OperationRepeatedAfterReopening_AnswersTheFirstOutcomeForTenMinutes()
    {
        var time = new FakeTimeProvider();
        ShardWriteOutcome first;
        await using (var shard = await Shards.OpenAsync(_objects, time: time))
        {
            await shard.UpsertAsync("1", "a", "b");
            first = await shard.DeleteAsync("2", "a");
        }

        time.Advance(TimeSpan.FromMinutes(9));
        await using var again = await Shards.OpenAsync(_objects, time: time);
        Assert.Equal(first, await again.DeleteAsync("2", "a"));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(new ShardWriteOutcome(3, 0, 0), await again.DeleteAsync("2", "a"));
    }

    [Fact]
    public async Task WaitFor_PositionNotReached_WaitsForTheWrite()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        var waiting = shard.WaitForAsync(2, Shards.Token);
        await shard.UpsertAsync("1", "a");
        Assert.False(waiting.IsCompleted);
        await shard.UpsertAsync("2", "b");
        await waiting;
        await shard.WaitForAsync(1, Shards.Token);
    }

    [Fact]
    public async Task WaitFor_ShardDisposedFirst_Throws()
    {
        var shard = await Shards.OpenAsync(_objects);
        var waiting = shard.WaitForAsync(1, Shards.Token);
        await shard.DisposeAsync();
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => waiting);
        Assert.Equal(ShardStopReason.Disposed, refusal.Reason);
    }

    [Fact]
    public async Task List_Pages_AreAscendingAndComplete()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        var ids = Enumerable.Range(0, 50).Select(i => $"id{i * 7 % 50:D2}").ToArray();
        await shard.UpsertAsync("1", ids);
        await shard.DeleteAsync("2", "id00", "id17", "id49");
        await shard.UpsertAsync("3", "id17", "id05", "é", "zz");
        var listed = new List<string>();
        for (var page = shard.List([], 7); page.Count > 0; page = shard.List(page[^1].Id, 7))
        {
            listed.AddRange(page.Select(record => Shards.Text(record.Id)));
        }

        var expected = ids.Except(["id00", "id49"], StringComparer.Ordinal).Append("zz").Append("é");
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Open_SameSchemaAgain_GrowsTheEpochAndKeepsTheRecords()
    {
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            Assert.Equal(1, shard.Epoch);
            await shard.UpsertAsync("1", "a", "b");
        }

        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(2, again.Epoch);
        Assert.Equal(1, again.Sequence);
        Assert.Equal(["a", "b"], again.Ids());
        Assert.Equal(2, (await again.UpsertAsync("2", "c")).Sequence);
    }

    [Fact]
    public async Task Open_AnotherSchema_NamesBoth()
    {
        await (await Shards.OpenAsync(_objects)).DisposeAsync();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => Shards.OpenAsync(_objects, schema: new ShardSchema(Metric.Cosine, 8)));
        Assert.Contains("Euclidean", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Cosine", refusal.Message, StringComparison.Ordinal);
        await using var shard = await Shards.OpenAsync(_objects);
        Assert.Equal(2, shard.Epoch);
    }

    [Theory]
    [InlineData("shards/0")]
    [InlineData("")]
    [InlineData("../")]
    public async Task Open_InvalidPrefix_IsRefused(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(
        () => ShardStore.OpenAsync(
            _objects,
            prefix,
            Shards.Schema,
            new(),
            TaskScheduler.Default,
            new FakeTimeProvider(),
            new Progress<Exception>(),
            MemoryBudget.Unlimited,
            Shards.Token));

    [Fact]
    public async Task Remove_ShardOfManyObjects_LeavesOnlyOthers()
    {
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.UpsertAsync("1", "a");
        }

        _objects.Damage(_objects.Keys("shards/0/log/")[0], _ => []);
        await _objects.PutIfAbsentAsync("shards/01", "x"u8.ToArray(), Shards.Token);
        await ShardStore.RemoveAsync(_objects, Shards.Prefix, Shards.Token);
        Assert.Equal(["shards/01"], _objects.Keys(""));
    }

    [Fact]
    public async Task Dispose_WritesInFlight_FinishesThem()
    {
        var faulty = new FaultyObjectStore(_objects);
        var shard = await Shards.OpenAsync(faulty);
        var gate = new TaskCompletionSource();
        faulty.BeforePut = _ => gate.Task;
        var writes = Enumerable.Range(0, 5).Select(i => shard.UpsertAsync($"{i}", $"id{i}")).ToList();
        var disposing = shard.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        await Assert.ThrowsAsync<ShardStoppedException>(() => shard.UpsertAsync("late", "late"));
        gate.SetResult();
        await disposing;
        Assert.Equal([1L, 2, 3, 4, 5], (await Task.WhenAll(writes)).Select(outcome => outcome.Sequence));
        Assert.Equal(ShardStopReason.Disposed, await shard.Stopped);
        Assert.Equal(5, shard.Nearest(0, 10, exact: false).Count); // Searches may still run.
    }

    [Fact]
    public async Task Shard_OverLocalDirectory_SurvivesReopening()
    {
        using var directory = new TemporaryDirectory();
        using (var objects = LocalObjectStore.Open(directory.Path, shared: false))
        {
            await using var shard = await Shards.OpenAsync(objects);
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => shard.UpsertAsync($"{i}", $"id{i:D2}")));
        }

        using var again = LocalObjectStore.Open(directory.Path, shared: false);
        await using var reopened = await Shards.OpenAsync(again);
        var expected = Enumerable.Range(0, 40).Select(i => $"id{i:D2}");
        Assert.Equal(expected, reopened.Ids(), StringComparer.Ordinal);
    }
}
