using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class ConditionalWriteTests
{
    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task WriteAsync_ConditionHolds_IsApplied()
    {
        await using var shard = await Shards.OpenAsync(_objects);

        await PutAsync(shard, "1", "a", WriteCondition.Absent);
        await PutAsync(shard, "2", "a", SequenceOf(shard, "a"));
        await PutAsync(shard, "3", "a", WriteCondition.Present);

        Assert.Equal(3, SequenceOf(shard, "a"));
    }

    [Theory]
    [InlineData("a", WriteCondition.Absent, 2)]
    [InlineData("a", 1, 2)]
    [InlineData("a", 3, 2)]
    [InlineData("b", WriteCondition.Present, 0)]
    [InlineData("b", 2, 0)]
    public async Task WriteAsync_ConditionDoesNotHold_WritesNothingAndTellsWhatIsThere(
        string id, long wanted, long found)
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        await shard.UpsertAsync("2", "a");

        var unmet = await Assert.ThrowsAsync<ShardConditionException>(() => PutAsync(shard, "3", id, wanted));

        Assert.Equal((wanted, found), (unmet.Condition.Sequence, unmet.FoundSequence));
        Assert.Equal(["a"], shard.Ids().ToArray());
        Assert.Equal(2, shard.Sequence);
        await PutAsync(shard, "3", id, found); // The operation was not done, and so can be.
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(3, SequenceOf(again, id));
    }

    [Fact]
    public async Task WriteAsync_SeveralConditions_AllMustHold()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        var write = new ShardWrite("2", [Shards.Record("b", 1)], [])
        {
            Conditions = [Condition("a", 1), Condition("b", WriteCondition.Present)],
        };

        await Assert.ThrowsAsync<ShardConditionException>(() => shard.WriteAsync(write, Shards.Token));

        Assert.Equal(["a"], shard.Ids().ToArray());
    }

    [Fact]
    public async Task WriteAsync_SameOperationAgain_AnswersTheFirstOutcomeThoughTheConditionFailsNow()
    {
        await using var shard = await Shards.OpenAsync(_objects);

        var first = await PutAsync(shard, "1", "a", WriteCondition.Absent);

        Assert.Equal(first, await PutAsync(shard, "1", "a", WriteCondition.Absent));
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(first, await PutAsync(again, "1", "a", WriteCondition.Absent));
    }

    [Fact]
    public async Task WriteAsync_ManyWritersCountUpInOneRecord_LoseNoStep()
    {
        const int writerCount = 8;
        const int steps = 25;
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.WriteAsync(new ShardWrite("begin", [Shards.Record("n", 0)], []), Shards.Token);

        await Task.WhenAll(Enumerable.Range(0, writerCount).Select(writer => Task.Run(async () =>
        {
            for (var (step, attempt) = (0, 0); step < steps; attempt++)
            {
                Assert.True(shard.TryFind("n"u8, out var seen));
                var write = new ShardWrite(
                    $"{writer} {attempt}", [Shards.Record("n", seen.Vector[0] + 1)], [])
                {
                    Conditions = [Condition("n", seen.Sequence)],
                };
                try
                {
                    await shard.WriteAsync(write, Shards.Token);
                    step++;
                }
                catch (ShardConditionException)
                {
                    // Another writer came first: look again.
                }
            }
        })));

        Assert.True(shard.TryFind("n"u8, out var last));
        Assert.Equal(writerCount * steps, last.Vector[0]);
    }

    [Fact]
    public async Task WriteAsync_RecordWasSealedAndMerged_KeepsItsSequence()
    {
        var options = new ShardStoreOptions { SegmentBytesLimit = 64 * 1024 };
        await using var shard = await Shards.OpenAsync(_objects, options);
        await shard.UpsertAsync("1", "a");
        for (var batch = 0; batch < 3; batch++)
        {
            await shard.WriteAsync(
                new ShardWrite(
                    $"fill {batch}",
                    [.. Enumerable.Range(0, 3_000).Select(row => Shards.Record($"{batch} {row}", row))],
                    []),
                Shards.Token);
            await shard.WhenQuietAsync(Shards.Token);
        }

        Assert.NotEmpty(_objects.Keys(Shards.Prefix + "segments/"));
        await PutAsync(shard, "2", "a", 1);
        Assert.Equal(5, SequenceOf(shard, "a"));
    }

    private static WriteCondition Condition(string id, long sequence) => new(Shards.Utf8(id), sequence);

    private static Task<ShardWriteOutcome> PutAsync(
        ShardStore shard, string operation, string id, long wanted) => shard.WriteAsync(
            new ShardWrite(operation, [Shards.Record(id, 1)], []) { Conditions = [Condition(id, wanted)] },
            Shards.Token);

    private static long SequenceOf(ShardStore shard, string id)
    {
        Assert.True(shard.TryFind(Shards.Utf8(id), out var record));
        return record.Sequence;
    }
}
