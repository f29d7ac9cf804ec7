using System.Globalization;
using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Snapshots;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Snapshots;

public sealed class ShardSnapshotTests
{
    private static readonly ShardStoreOptions Small = new() { SegmentBytesLimit = 1 };

    private static readonly ShardFolders Folders = new(Shards.Prefix);

    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task TakeSnapshot_LogOnly_GivesTheStateOfItsMomentForEver()
    {
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.UpsertAsync("1", "a", "b", "c");
            await shard.DeleteAsync("2", "b");
            var puts = _objects.Keys("").Count;
            var info = await shard.TakeSnapshotAsync("first", Shards.Token);
            Assert.Equal(new ShardSnapshotInfo("first", info.Time, 2), info);
            Assert.Equal(puts + 1, _objects.Keys("").Count); // A manifest, and nothing is copied.
            await shard.UpsertAsync("3", "a", "d");
            Assert.Equal([info], shard.Snapshots);
        }

        await using var again = await Shards.OpenAsync(_objects, Small);
        await again.UpsertAsync("4", "e");
        await again.WhenQuietAsync(Shards.Token);
        Assert.NotEmpty(_objects.Keys(Folders.Segments));
        var snapshot = await OpenAsync("first");
        Assert.Equal((2, Shards.Schema), (snapshot.Count, snapshot.Schema));
        var records = snapshot.List([], 10);
        AssertSame(["a", "c"], records.Select(record => Shards.Text(record.Id)));
        AssertSame(["1", "1"], records.Select(record => Shards.Text(record.Metadata)));
        Assert.Equal([0f, 2f], records.Select(record => record.Vector[0]));
        Assert.Equal([1L, 1L], records.Select(record => record.Sequence));
        AssertSame(["c"], snapshot.List("a"u8, 10).Select(record => Shards.Text(record.Id)));
    }

    [Fact]
    public async Task TakeSnapshot_SegmentsAreMergedAndTheirRowsDeletedLater_KeepsThem()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await shard.UpsertAsync("1", [.. Names(0, 40)]);
        await shard.WhenQuietAsync(Shards.Token);
        await shard.TakeSnapshotAsync("kept", Shards.Token);
        for (var round = 0; round < 6; round++)
        {
            await shard.DeleteAsync($"delete {round}", [.. Names(round * 5, 5)]);
            await shard.UpsertAsync($"upsert {round}", [.. Names(100 + (round * 40), 40)]);
            await shard.WhenQuietAsync(Shards.Token);
        }

        var snapshot = await OpenAsync("kept");
        AssertSame(Names(0, 40), snapshot.List([], 100).Select(record => Shards.Text(record.Id)));
        Assert.Equal(250, shard.Count);
    }

    [Fact]
    public async Task DropSnapshot_OnlyItNeededObjects_RemovesThem()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await shard.UpsertAsync("1", "a");
        await shard.WhenQuietAsync(Shards.Token);
        await shard.TakeSnapshotAsync("before", Shards.Token);
        await shard.UpsertAsync("2", "a", "b");
        await shard.WhenQuietAsync(Shards.Token);
        await shard.TakeSnapshotAsync("after", Shards.Token);
        await shard.UpsertAsync("3", "a", "c");
        await shard.WhenQuietAsync(Shards.Token);
        Assert.Equal(3, _objects.Keys(Folders.Checkpoints).Count);
        Assert.True(await shard.DropSnapshotAsync("before", Shards.Token));
        await shard.WhenQuietAsync(Shards.Token);
        Assert.Equal(2, _objects.Keys(Folders.Checkpoints).Count);
        AssertSame(["a", "b"], (await OpenAsync("after")).List([], 9).Select(it => Shards.Text(it.Id)));
        Assert.True(await shard.DropSnapshotAsync("after", Shards.Token));
        Assert.False(await shard.DropSnapshotAsync("after", Shards.Token));
        await shard.WhenQuietAsync(Shards.Token);
        Assert.Empty(shard.Snapshots);
        Assert.Single(_objects.Keys(Folders.Checkpoints));
        Assert.Single(_objects.Keys(Folders.Log)); // The fence.
        Assert.Equal(2, _objects.Keys(Folders.Manifests).Count); // The takeover, and the newest.
        AssertSame(NewestSegments(await ManifestAsync()), _objects.Keys(Folders.Segments));
        Assert.Null(await ShardSnapshot.OpenAsync(_objects, Shards.Prefix, "after", Shards.Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DropSnapshot_SlotsOfEarlierOwners_RemovesThemAndKeepsTheFences(bool endsFirst)
    {
        await using (var first = await Shards.OpenAsync(_objects))
        {
            await first.UpsertAsync("1", "a");
        }

        await using (var second = await Shards.OpenAsync(_objects))
        {
            await second.UpsertAsync("2", "b");
            await second.TakeSnapshotAsync("tail", Shards.Token);
        }

        await using (var third = await Shards.OpenAsync(_objects, Small))
        {
            await third.WhenQuietAsync(Shards.Token);
            Assert.Equal(5, _objects.Keys(Folders.Log).Count); // Three fences, two slots for the snapshot.
        }

        // The next owner drops it, and ends before it could remove anything, or does not.
        var failing = new FaultyObjectStore(_objects) { FailDelete = _ => endsFirst };
        await using (var fourth = await Shards.OpenAsync(failing, upkeepFailures: new ExpectedFailures()))
        {
            Assert.True(await fourth.DropSnapshotAsync("tail", Shards.Token));
            await (endsFirst ? Task.CompletedTask : fourth.WhenQuietAsync(Shards.Token));
        }

        await using var fifth = await Shards.OpenAsync(_objects);
        await fifth.WhenQuietAsync(Shards.Token);
        Assert.Equal(5, _objects.Keys(Folders.Log).Count); // The fences of five owners.
        AssertSame(["a", "b"], fifth.Ids());
        Assert.Empty((await StoreCheck.RunAsync(_objects, "", Shards.Token)).Findings);
    }

    [Fact]
    public async Task TakeSnapshot_OwnerIsDeposed_IsRefusedAndNothingIsPinned()
    {
        await using var old = await Shards.OpenAsync(_objects);
        await old.UpsertAsync("1", "a");
        await old.TakeSnapshotAsync("before", Shards.Token);
        await using var young = await Shards.OpenAsync(_objects);
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(
            () => old.TakeSnapshotAsync("late", Shards.Token));
        Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        Assert.Equal(ShardStopReason.Deposed, await old.Stopped);
        await Assert.ThrowsAsync<ShardStoppedException>(() => old.DropSnapshotAsync("before", Shards.Token));
        AssertSame(["before"], young.Snapshots.Select(info => info.Name));
        AssertSame(["before"], (await ManifestAsync()).Pins.Select(pin => pin.Name));
    }

    [Fact]
    public async Task DropSnapshot_OwnerIsDeposed_IsRefusedAndKeepsIt()
    {
        await using var old = await Shards.OpenAsync(_objects);
        await old.UpsertAsync("1", "a");
        await old.TakeSnapshotAsync("kept", Shards.Token);
        await using var young = await Shards.OpenAsync(_objects);
        await Assert.ThrowsAsync<ShardStoppedException>(() => old.DropSnapshotAsync("kept", Shards.Token));
        Assert.Equal(1, (await OpenAsync("kept")).Count);
    }

    [Fact]
    public async Task TakeSnapshot_NameIsThere_GivesTheOneThatIsThere()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        var first = await shard.TakeSnapshotAsync("same", Shards.Token);
        await shard.UpsertAsync("2", "b");
        Assert.Equal(first, await shard.TakeSnapshotAsync("same", Shards.Token));
        Assert.Equal(1, (await OpenAsync("same")).Count);
    }

    [Fact]
    public async Task TakeSnapshot_TooMany_NamesTheLimit()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        for (var number = 0; number < ShardSnapshots.Limit; number++)
        {
            await shard.TakeSnapshotAsync(number.ToString(CultureInfo.InvariantCulture), Shards.Token);
        }

        var refusal = await Assert.ThrowsAsync<ShardSnapshotLimitException>(
            () => shard.TakeSnapshotAsync("more", Shards.Token));
        Assert.Equal(64, refusal.Limit);
        Assert.Contains("at most 64", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'more'", refusal.Message, StringComparison.Ordinal);
        await shard.DropSnapshotAsync("0", Shards.Token);
        await shard.TakeSnapshotAsync("more", Shards.Token);
        Assert.Equal(64, shard.Snapshots.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("with space")]
    public async Task TakeSnapshot_NameBreaksTheGrammar_IsRefused(string name)
    {
        await using var shard = await Shards.OpenAsync(_objects);
        var refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => shard.TakeSnapshotAsync(name, Shards.Token));
        Assert.Contains($"given '{name}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeSnapshot_WhileATailIsBeingSealed_DoesNotWaitForIt()
    {
        var gate = new TaskCompletionSource();
        var waiting = new TaskCompletionSource();
        var faulty = new FaultyObjectStore(_objects)
        {
            BeforePut = key =>
            {
                var isSegment = key.Contains("/segments/", StringComparison.Ordinal);
                _ = isSegment && waiting.TrySetResult();
                return isSegment ? gate.Task : Task.CompletedTask;
            },
        };
        await using var shard = await Shards.OpenAsync(faulty, Small);
        await shard.UpsertAsync("1", "a");
        await waiting.Task;
        await shard.TakeSnapshotAsync("meanwhile", Shards.Token);
        gate.SetResult();
        await shard.UpsertAsync("2", "b");
        await shard.WhenQuietAsync(Shards.Token);
        AssertSame(["meanwhile"], (await ManifestAsync()).Pins.Select(pin => pin.Name));
        AssertSame(["a"], (await OpenAsync("meanwhile")).List([], 9).Select(it => Shards.Text(it.Id)));
    }

    [Fact]
    public async Task Open_DroppedWhileItIsOpened_IsNotThere()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await shard.UpsertAsync("1", "a");
        await shard.WhenQuietAsync(Shards.Token);
        await shard.TakeSnapshotAsync("gone", Shards.Token);
        await shard.UpsertAsync("2", "b");
        await shard.WhenQuietAsync(Shards.Token);
        var reading = new FaultyObjectStore(_objects)
        {
            BeforeGet = async key =>
            {
                if (key.Contains("/checkpoints/", StringComparison.Ordinal))
                {
                    await shard.DropSnapshotAsync("gone", Shards.Token);
                    await shard.WhenQuietAsync(Shards.Token);
                }
            },
        };
        Assert.Null(await ShardSnapshot.OpenAsync(reading, Shards.Prefix, "gone", Shards.Token));
    }

    [Fact]
    public async Task Open_DroppedAfterwards_CanStillBeRead()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await shard.UpsertAsync("1", "a");
        await shard.WhenQuietAsync(Shards.Token);
        await shard.TakeSnapshotAsync("open", Shards.Token);
        var snapshot = await OpenAsync("open");
        await shard.DropSnapshotAsync("open", Shards.Token);
        await shard.DeleteAsync("2", "a");
        await shard.WhenQuietAsync(Shards.Token);
        Assert.Equal("a", Shards.Text(Assert.Single(snapshot.List([], 9)).Id));
    }

    [Theory]
    [InlineData("segments/")]
    [InlineData("checkpoints/")]
    [InlineData("log/")]
    public async Task Run_ObjectThatOnlyASnapshotNeedsIsGone_NamesBoth(string folder)
    {
        string[] live;
        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await shard.UpsertAsync("1", [.. Names(0, 40)]);
            await shard.WhenQuietAsync(Shards.Token);
        }

        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.UpsertAsync("2", "tail");
            await shard.TakeSnapshotAsync("nightly", Shards.Token);
        }

        await using (var shard = await Shards.OpenAsync(_objects, Small))
        {
            await shard.DeleteAsync("3", [.. Names(0, 40)]);
            await shard.UpsertAsync("4", "new");
            await shard.WhenQuietAsync(Shards.Token);
            await shard.UpsertAsync("5", "new");
            await shard.WhenQuietAsync(Shards.Token);
            live = [.. _objects.Keys(Shards.Prefix)];
            await shard.DropSnapshotAsync("absent", Shards.Token);
        }

        Assert.Empty((await StoreCheck.RunAsync(_objects, "", Shards.Token)).Findings);
        var manifest = await ManifestAsync();
        var pin = Assert.Single(manifest.Pins);
        var own = folder is "log/"
            ? NumberedObject.KeyOf(Folders.Log, pin.EndSlot - 1)
            : Folders.KeysOf(pin).Except(Folders.KeysOf(manifest with { Pins = [] }), StringComparer.Ordinal)
                .First(key => key.StartsWith(Shards.Prefix + folder, StringComparison.Ordinal));
        Assert.Contains(own, live, StringComparer.Ordinal);
        await _objects.DeleteAsync(own, Shards.Token);
        var fault = Assert.Single((await StoreCheck.RunAsync(_objects, "", Shards.Token)).Findings);
        Assert.Equal((StoreFindingKind.Fault, own), (fault.Kind, fault.Key));
        Assert.Contains("missing", fault.What, StringComparison.Ordinal);
        Assert.Contains("'nightly'", fault.Meaning, StringComparison.Ordinal);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync("nightly"));
        Assert.Contains(own, damage.Message, StringComparison.Ordinal);
        await using var opened = await Shards.OpenAsync(_objects);
        AssertSame(["new", "tail"], opened.Ids());
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected, actual, StringComparer.Ordinal);

    private static IEnumerable<string> Names(int first, int count) =>
        Enumerable.Range(first, count).Select(number => $"id{number:D3}");

    private static IEnumerable<string> NewestSegments(ShardManifest manifest) =>
        manifest.Segments.Select(Folders.Segment).Order(StringComparer.Ordinal);

    private async Task<ShardManifest> ManifestAsync()
    {
        var newest = await new NumberedDocument(_objects, Folders.Manifests).ReadNewestAsync(Shards.Token);
        return ShardManifest.Decode("manifest", newest!.Content);
    }

    private async Task<ShardSnapshot> OpenAsync(string name)
    {
        var snapshot = await ShardSnapshot.OpenAsync(_objects, Shards.Prefix, name, Shards.Token);
        Assert.NotNull(snapshot);
        return snapshot;
    }
}
