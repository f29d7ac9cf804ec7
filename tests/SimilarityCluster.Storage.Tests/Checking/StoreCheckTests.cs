using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Checking;

public sealed class StoreCheckTests
{
    private static readonly ShardFolders Folders = new(Shards.Prefix);
    private static readonly ShardStoreOptions Small = new() { SegmentBytesLimit = 1 };

    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task Run_SegmentsAndTail_CountsWhatIsThere()
    {
        await FillAsync();
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.WhenQuietAsync(Shards.Token);
            await shard.UpsertAsync("3", "id05", "new");
            await shard.DeleteAsync("4", "id06", "nobody");
        }

        var report = await CheckAsync();
        Assert.Empty(report.Findings);
        Assert.Equal(0, report.FaultCount);
        Assert.Equal((1, 0, 1), (report.ShardCount, report.DocumentCount, report.SegmentCount));
        Assert.Equal((4, 40), (report.SlotCount, report.RecordCount));
        var bytes = 0L;
        foreach (var key in _objects.Keys(""))
        {
            bytes += (await _objects.GetAsync(key, 0, int.MaxValue, Shards.Token))!.Length;
        }

        Assert.Equal(bytes, report.ByteCount);
    }

    [Fact]
    public async Task Run_Nothing_FindsNothing()
    {
        var report = await CheckAsync();
        Assert.Equivalent(new StoreReport([], 0, 0, 0, 0, 0, 0), report);
    }

    [Theory]
    [InlineData("segments/", "is missing")]
    [InlineData("checkpoints/", "is missing")]
    [InlineData("manifest/", "has no manifest")]
    public async Task Run_ObjectsOfAFolderAreGone_SaysSo(string folder, string what)
    {
        await FillAsync();
        foreach (var key in _objects.Keys(Shards.Prefix + folder))
        {
            await _objects.DeleteAsync(key, Shards.Token);
        }

        var fault = await OnlyFaultAsync();
        Assert.StartsWith(Shards.Prefix + folder, fault.Key, StringComparison.Ordinal);
        Assert.Contains(what, fault.What, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Meaning);
        Assert.NotEmpty(fault.Remedy);
    }

    [Fact]
    public async Task Run_SlotIsGone_NamesItAndNothingBehindIt()
    {
        await FillLogAsync();
        await _objects.DeleteAsync(NumberedObject.KeyOf(Folders.Log, 3), Shards.Token);
        var fault = await OnlyFaultAsync();
        Assert.Equal(NumberedObject.KeyOf(Folders.Log, 3), fault.Key);
        Assert.Contains("2 slots behind it", fault.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SlotDoesNotContinueTheLog_NamesIt()
    {
        await FillLogAsync();
        await PutSlotAsync(6, LogSlot.Encode(1, 9, []));
        var fault = await OnlyFaultAsync();
        Assert.Contains("expected sequence 4, given 9", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NewestManifestIsLost_IsSeenByTheFence()
    {
        await FillLogAsync();
        await using (var again = await Shards.OpenAsync(_objects))
        {
            await again.WhenQuietAsync(Shards.Token);
        }

        await _objects.DeleteAsync(_objects.Keys(Folders.Manifests)[^1], Shards.Token);
        var fault = await OnlyFaultAsync();
        Assert.Contains("is of epoch 2; the newest manifest is of 1", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TakeoverManifestIsLost_NamesTheNext()
    {
        for (var owner = 0; owner < 3; owner++)
        {
            await using var shard = await Shards.OpenAsync(_objects);
            await shard.WhenQuietAsync(Shards.Token);
        }

        await _objects.DeleteAsync(NumberedObject.KeyOf(Folders.Manifests, 2), Shards.Token);
        var fault = await OnlyFaultAsync();
        Assert.Equal(NumberedObject.KeyOf(Folders.Manifests, 3), fault.Key);
        Assert.Contains("expected a takeover of epoch 2, given 3", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SegmentTwiceInTheManifest_FindsIdsThatAreLiveTwice()
    {
        await FillAsync();
        var number = _objects.Keys(Folders.Manifests).Count;
        var newest = await ManifestStore.ReadAsync(_objects, Folders.Manifests, number, Shards.Token);
        var checkpoint = ObjectName.New(1);
        var file = ShardCheckpoint.Decode(
            "key",
            (await _objects.GetAsync(
                Folders.Checkpoint(newest!.Checkpoint!.Value), 0, int.MaxValue, Shards.Token))
                .AsMemory(Envelope.HeaderBytes));
        var bytes = new ShardCheckpoint([file.Deleted[0], file.Deleted[0]], file.Operations).Encode();
        Envelope.Seal(bytes, EnvelopeKind.Checkpoint, 1, Guid.Empty);
        await _objects.PutIfAbsentAsync(Folders.Checkpoint(checkpoint), bytes, Shards.Token);
        var forged = newest with
        {
            Checkpoint = checkpoint,
            Segments = [newest.Segments[0], newest.Segments[0]],
        };
        Assert.True(await new NumberedDocument(_objects, Folders.Manifests)
            .TryCreateAsync(number + 1, forged.Encode(), Shards.Token));

        var faults = (await CheckAsync()).Findings
            .Where(finding => finding.Kind == StoreFindingKind.Fault).ToList();
        Assert.Equal(21, faults.Count); // Of 40, and one says how many more.
        Assert.Contains("has a live row of the id of row", faults[0].What, StringComparison.Ordinal);
        Assert.Contains("20 faults more", faults[^1].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LeftoversAndForeignFiles_AreNoFaults()
    {
        await FillAsync();
        string[] left = [Folders.Segment(ObjectName.New(1)), Folders.Checkpoint(ObjectName.New(1))];
        string[] foreign = ["note.txt", "shards/0/note.txt", "shards/0/segments/note.txt", "a/b/c"];
        foreach (var key in (string[])[.. left, .. foreign])
        {
            await _objects.PutIfAbsentAsync(key, "x"u8.ToArray(), Shards.Token);
        }

        var report = await CheckAsync();
        Assert.Equal(0, report.FaultCount);
        AssertSame(left, KeysOf(report, StoreFindingKind.Leftover));
        AssertSame(foreign, KeysOf(report, StoreFindingKind.Foreign));
    }

    [Theory]
    [InlineData("shards/0/manifest/note.txt")]
    [InlineData("shards/0/log/deeper/00000000000000000001")]
    [InlineData("catalog/note.txt")]
    public async Task Run_ForeignFileWhereNumbersAre_IsAFault(string key)
    {
        await FillLogAsync();
        await new NumberedDocument(_objects, "catalog/").TryCreateAsync(1, new byte[9], Shards.Token);
        await _objects.PutIfAbsentAsync(key, "x"u8.ToArray(), Shards.Token);
        Assert.Equal(key, (await OnlyFaultAsync()).Key);
    }

    [Fact]
    public async Task Run_VersionOfADocumentIsMissing_NamesTheNext()
    {
        var document = new NumberedDocument(_objects, "catalog/");
        await document.TryCreateAsync(1, new byte[9], Shards.Token);
        await document.TryCreateAsync(3, new byte[9], Shards.Token);
        var fault = await OnlyFaultAsync();
        Assert.Equal("catalog/00000000000000000003", fault.Key);
        Assert.Contains("those between are missing", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StoreCannotRead_NamesEveryObject()
    {
        await FillLogAsync();
        var report = await StoreCheck.RunAsync(
            new FaultyObjectStore(_objects) { FailGets = true }, "", Shards.Token);
        AssertSame(_objects.Keys(""), KeysOf(report, StoreFindingKind.Fault));
        Assert.All(report.Findings, fault => Assert.StartsWith(
            "cannot be read: ", fault.What, StringComparison.Ordinal));
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) => Assert.Equal(
        expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    private static IEnumerable<string> KeysOf(StoreReport report, StoreFindingKind kind) => report.Findings
        .Where(finding => finding.Kind == kind).Select(finding => finding.Key);

    private Task<StoreReport> CheckAsync() => StoreCheck.RunAsync(_objects, "", Shards.Token);

    private async Task<StoreFinding> OnlyFaultAsync() => Assert.Single(
        (await CheckAsync()).Findings, finding => finding.Kind == StoreFindingKind.Fault);

    /// <summary>A segment of 40 records.</summary>
    private async Task FillAsync()
    {
        await using var shard = await Shards.OpenAsync(_objects, Small);
        await shard.UpsertAsync("1", [.. Enumerable.Range(0, 40).Select(id => $"id{id:D2}")]);
        await shard.WhenQuietAsync(Shards.Token);
    }

    /// <summary>A fence and four writes.</summary>
    private async Task FillLogAsync()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        for (var write = 0; write < 4; write++)
        {
            await shard.UpsertAsync($"{write}", $"{write}");
        }
    }

    private async Task PutSlotAsync(long number, byte[] buffer) => Assert.True(
        await NumberedObject.TryCreateAsync(
            _objects, Folders.Log, EnvelopeKind.LogSlot, number, buffer, Shards.Token));
}
