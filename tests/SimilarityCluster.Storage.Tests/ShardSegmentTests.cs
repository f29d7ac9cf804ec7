using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>What becomes of a shard when its log becomes segments, and those are merged.</summary>
public sealed class ShardSegmentTests
{
    private static readonly ShardStoreOptions Small = new() { SegmentBytesLimit = 4_000 };

    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task Write_LogIsLongEnough_BecomesASegmentAndItsSlotsGo()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await FillAsync(shard, "1", 0, 100);
        await shard.WhenQuietAsync(Shards.Token);
        Assert.Single(_objects.Keys("shards/0/segments/"));
        Assert.Single(_objects.Keys("shards/0/checkpoints/"));
        Assert.Single(_objects.Keys("shards/0/log/")); // The fence.
        Assert.Equal(100, shard.Count);
        AssertSame(["id042", "id041", "id043"], shard.Nearest(42, 3, exact: true));
        AssertSame(["id042", "id041", "id043"], shard.Nearest(42, 3, exact: false));
        AssertSame(Names(0, 100), shard.Ids());
        Assert.True(shard.TryFind("id042"u8, out var record));
        Assert.Equal("metadata of 42", Shards.Text(record.Metadata));
        Assert.Equal([42f, 0, 0, 0], record.Vector.ToArray());
        Assert.Equal(1, record.Sequence);
    }

    [Fact]
    public async Task Open_SegmentsAndTail_HasEveryRecordAndOutcome()
    {
        ShardWriteOutcome deleted;
        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await FillAsync(shard, "1", 0, 100);
            await shard.WhenQuietAsync(Shards.Token);
            deleted = await shard.DeleteAsync("2", "id007", "id008");
            await FillAsync(shard, "3", 50, 60, "again");
        }

        await using var again = await Shards.OpenAsync(_objects, Small);
        Assert.Equal(3, again.Sequence);
        Assert.Equal(98, again.Count);
        Assert.Equal(deleted, await again.DeleteAsync("2", "id007", "id008"));
        Assert.Equal(new ShardWriteOutcome(1, 100, 0), await FillAsync(again, "1", 0, 100)); // Not applied.
        Assert.Equal(98, again.Count);
        Assert.False(again.TryFind("id007"u8, out _));
        Assert.True(again.TryFind("id055"u8, out var record));
        Assert.Equal("again", Shards.Text(record.Metadata));
        Assert.Equal(3, record.Sequence);
        AssertSame(Names(0, 100).Except(["id007", "id008"], StringComparer.Ordinal), again.Ids());
        AssertSame(["id006", "id009"], again.Nearest(7.4f, 2, exact: true).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Write_ManySegments_AreMergedToFewAndDropTheDead()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        for (var round = 0; round < 16; round++)
        {
            await FillAsync(shard, $"{round}", round * 50, (round * 50) + 100, $"round {round}");
            await shard.WhenQuietAsync(Shards.Token);
        }

        Assert.InRange(_objects.Keys("shards/0/segments/").Count, 1, 4);
        AssertSame(Names(0, 850), shard.Ids());
        for (var id = 0; id < 850; id += 10)
        {
            AssertSame([$"id{id:D3}"], shard.Nearest(id, 1, exact: false));
            Assert.True(shard.TryFind(Shards.Utf8($"id{id:D3}"), out var record));
            Assert.Equal($"round {Math.Min(id / 50, 15)}", Shards.Text(record.Metadata));
        }

        await shard.DisposeAsync();
        await using var again = await Shards.OpenAsync(_objects, Small);
        AssertSame(Names(0, 850), again.Ids());
    }

    [Fact]
    public async Task Write_EverythingDeleted_LeavesNoSegment()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await FillAsync(shard, "1", 0, 100);
        await shard.WhenQuietAsync(Shards.Token);
        await shard.DeleteAsync("2", [.. Names(0, 100)]);
        await FillAsync(shard, "3", 0, 100);
        await shard.DeleteAsync("4", [.. Names(0, 100)]);
        await shard.WhenQuietAsync(Shards.Token);
        await FillAsync(shard, "5", 200, 300); // The next checkpoint tells that the first segment is empty.
        await shard.WhenQuietAsync(Shards.Token);
        AssertSame(Names(200, 300), shard.Ids());
        Assert.Single(_objects.Keys("shards/0/segments/"));
    }

    [Fact]
    public async Task Open_LeftoversOfADeadOwner_AreRemoved()
    {
        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await FillAsync(shard, "1", 0, 100);
            await shard.WhenQuietAsync(Shards.Token);
        }

        var folders = new ShardFolders("shards/0/");
        var slot = _objects.Keys(folders.Log).Order(StringComparer.Ordinal).First();
        await PutAsync(folders.Segment(ObjectName.New(1)));
        await PutAsync(folders.Checkpoint(ObjectName.New(1)));
        await PutAsync(folders.Segment(ObjectName.New(99))); // A younger owner's, which may be at work.
        await using var again = await Shards.OpenAsync(_objects, Small);
        await again.WhenQuietAsync(Shards.Token);
        Assert.Equal(2, _objects.Keys(folders.Segments).Count);
        Assert.Single(_objects.Keys(folders.Checkpoints));
        Assert.Equal(slot, _objects.Keys(folders.Log)[0]); // The fence of the first owner stays.
        Assert.Equal(100, again.Count);
    }

    [Fact]
    public async Task Merge_RowsDeletedInTheTail_KeepsThemForTheReplay()
    {
        var gate = new TaskCompletionSource();
        var waiting = new TaskCompletionSource();
        var faulty = new FaultyObjectStore(_objects)
        {
            BeforeDelete = () =>
            {
                waiting.TrySetResult();
                return gate.Task;
            },
        };
        ShardWriteOutcome deleted;
        await using (var shard = await Shards.OpenAsync(faulty, Small))
        {
            // Merging waits until slots that are not needed any more are gone.
            await FillAsync(shard, "1", 0, 100);
            await waiting.Task;
            await FillAsync(shard, "2", 100, 200);
            while (_objects.Keys("shards/0/checkpoints/").Count < 2)
            {
                Shards.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            deleted = await shard.DeleteAsync("3", "id007", "id107");
            gate.SetResult();
            await shard.WhenQuietAsync(Shards.Token);
            Assert.Single(_objects.Keys("shards/0/segments/"));
            Assert.False(shard.TryFind("id107"u8, out _));
            Assert.Equal(198, shard.Count);
        }

        await using var again = await Shards.OpenAsync(_objects, Small);
        Assert.Equal(new ShardWriteOutcome(3, 0, 2), deleted);
        Assert.Equal(deleted, await again.DeleteAsync("3", "id007", "id107"));
        Assert.Equal(198, again.Count);
        Assert.False(again.TryFind("id107"u8, out _));
    }

    [Fact]
    public async Task Open_SealsComeBeforeTheSearchForLeftovers_FindsThemAllTheSame()
    {
        var untidy = new FaultyObjectStore(_objects)
        {
            FailDelete = key => key.Contains("/log/", StringComparison.Ordinal),
        };
        var failures = new ExpectedFailures();
        await using (var shard = await Shards.OpenAsync(untidy, Small, upkeepFailures: failures))
        {
            await FillAsync(shard, "1", 0, 100);
            await failures.First;
        }

        var slot = _objects.Keys("shards/0/log/")[1];
        var manifests = _objects.Keys("shards/0/manifest/");
        var gate = new TaskCompletionSource();
        var faulty = new FaultyObjectStore(_objects)
        {
            // Only the search for leftovers reads the first.
            BeforeGet = key => string.Equals(key, manifests[0], StringComparison.Ordinal)
                ? gate.Task
                : Task.CompletedTask,
        };
        await using var again = await Shards.OpenAsync(faulty, Small);
        for (var round = 2; round < 4; round++)
        {
            var count = _objects.Keys("shards/0/manifest/").Count;
            await FillAsync(again, $"{round}", 0, 100);
            while (_objects.Keys("shards/0/manifest/").Count == count)
            {
                Shards.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        gate.SetResult();
        await again.WhenQuietAsync(Shards.Token);
        Assert.Null(await _objects.GetAsync(slot, 0, 1, Shards.Token));
        Assert.NotNull(await _objects.GetAsync(manifests[0], 0, 1, Shards.Token));
    }

    [Fact]
    public async Task Open_LeftoverIsDamaged_IsReportedKeptAndInNobodysWay()
    {
        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await FillAsync(shard, "1", 0, 100);
            await shard.WhenQuietAsync(Shards.Token);
        }

        var manifest = _objects.Keys("shards/0/manifest/")[^1];
        await using (var owner = await Shards.OpenAsync(_objects))
        {
            await owner.WhenQuietAsync(Shards.Token); // Now the manifest is that of an owner before.
        }

        await _objects.PutIfAbsentAsync(manifest, "damaged"u8.ToArray(), Shards.Token);
        var failures = new ExpectedFailures();
        await using var again = await Shards.OpenAsync(_objects, Small, upkeepFailures: failures);
        await FillAsync(again, "2", 100, 200);
        await again.WhenQuietAsync(Shards.Token);
        Assert.Contains(manifest, Assert.Single(failures.Seen).Message, StringComparison.Ordinal);
        Assert.NotNull(await _objects.GetAsync(manifest, 0, 1, Shards.Token));
        Assert.Single(_objects.Keys("shards/0/segments/")); // Merged all the same.
        AssertSame(Names(0, 200), again.Ids());
    }

    [Fact]
    public async Task Open_OwnerBeforeHadRemovedManifests_TidiesUpAllTheSame()
    {
        for (var owner = 0; owner < 2; owner++)
        {
            // Fails where the upkeep does.
            await using var shard = await Shards.OpenAsync(_objects, Small);
            await shard.WhenQuietAsync(Shards.Token);
            for (var round = 0; round < 3; round++)
            {
                await FillAsync(shard, $"{owner} {round}", 0, 100);
                await shard.WhenQuietAsync(Shards.Token);
            }
        }

        Assert.Single(_objects.Keys("shards/0/checkpoints/"));
    }

    [Theory]
    [InlineData(PutFault.Refused)]
    [InlineData(PutFault.AnswerLost)]
    internal async Task Seal_PutFails_IsTriedAgainAndNothingIsLost(PutFault refusal)
    {
        var faulty = new FaultyObjectStore(_objects);
        var failures = new ExpectedFailures();
        await using var shard = await Shards.OpenAsync(
            faulty, Small, time: new ImpatientTime(), upkeepFailures: failures);
        var puts = 0;
        faulty.OnPut = key => !key.Contains("/log/", StringComparison.Ordinal) && puts++ is 0 or 2 or 5
            ? refusal
            : PutFault.None;
        await FillAsync(shard, "1", 0, 100);
        await shard.WhenQuietAsync(Shards.Token);
        Assert.NotEmpty(failures.Seen);
        Assert.All(failures.Seen, failure => Assert.IsType<IOException>(failure));
        AssertSame(Names(0, 100), shard.Ids());
        await shard.DisposeAsync();
        await using var again = await Shards.OpenAsync(_objects, Small);
        AssertSame(Names(0, 100), again.Ids());
        await again.WhenQuietAsync(Shards.Token);
        Assert.Single(_objects.Keys("shards/0/segments/")); // What failed tries left is gone.
        Assert.Single(_objects.Keys("shards/0/checkpoints/"));
    }

    [Fact]
    public async Task Search_BesideSealingAndMerging_FindsEveryRecordOnce()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await FillAsync(shard, "first", 0, 60);
        var writing = Task.Run(
            async () =>
            {
                for (var round = 0; round < 150; round++)
                {
                    await FillAsync(shard, $"{round}", 0, 60, $"{round}");
                }
            },
            Shards.Token);
        while (!writing.IsCompleted)
        {
            var found = shard.Nearest(0, 70, exact: true);
            Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(60, shard.Ids().Count);
            Assert.Equal(60, shard.Count);
            Assert.True(shard.TryFind("id007"u8, out _));
        }

        await writing;
        await shard.WhenQuietAsync(Shards.Token);
        AssertSame(Names(0, 60), shard.Nearest(0, 70, exact: true).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Seal_OwnerIsDeposed_ChangesNothing()
    {
        var gate = new TaskCompletionSource();
        var faulty = new FaultyObjectStore(_objects)
        {
            BeforePut = key => key.Contains("/segments/", StringComparison.Ordinal)
                ? gate.Task
                : Task.CompletedTask,
        };
        await using var old = await Shards.OpenAsync(faulty, Small);
        await FillAsync(old, "1", 0, 100);
        await using var young = await Shards.OpenAsync(_objects, Small);
        await young.WhenQuietAsync(Shards.Token);
        gate.SetResult();
        Assert.Equal(ShardStopReason.Deposed, await old.Stopped);
        await old.DisposeAsync();
        AssertSame(Names(0, 100), young.Ids());
        await using var third = await Shards.OpenAsync(_objects, Small);
        AssertSame(Names(0, 100), third.Ids());
    }

    [Fact]
    public async Task Open_SegmentIsDamaged_NamesIt()
    {
        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await FillAsync(shard, "1", 0, 100);
            await shard.WhenQuietAsync(Shards.Token);
        }

        var key = _objects.Keys("shards/0/segments/")[0];
        _objects.Damage(key, bytes => bytes[..^1]);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects, Small));
        Assert.Contains(key, damage.Message, StringComparison.Ordinal);
        _objects.Damage(key, bytes => [.. bytes, 0, 0]);
        _ = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects, Small));
        await _objects.DeleteAsync(key, Shards.Token);
        damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects, Small));
        Assert.Contains(key, damage.Message, StringComparison.Ordinal);
    }

    private static Task<ShardWriteOutcome> FillAsync(
        ShardStore shard, string operation, int first, int end, string? metadata = null) =>
        shard.WriteAsync(
            new ShardWrite(
                operation,
                [.. Enumerable.Range(first, end - first)
                    .Select(id => Shards.Record($"id{id:D3}", id, metadata ?? $"metadata of {id}"))],
                []),
            Shards.Token);

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected, actual, StringComparer.Ordinal);

    private static IEnumerable<string> Names(int first, int end) =>
        Enumerable.Range(first, end - first).Select(id => $"id{id:D3}");

    private async Task PutAsync(string key) =>
        Assert.Equal(PutOutcome.Created, await _objects.PutIfAbsentAsync(key, "x"u8.ToArray(), Shards.Token));

    /// <summary>A clock whose timers fire at once: nobody waits between two tries.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(
                callback,
                state,
                dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero,
                period);
    }
}
