using Google.Protobuf;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting;

namespace SimilarityCluster.Cli.Tests.Cluster;

public sealed class BackupTests : IAsyncLifetime
{
    private const int Dimension = 24;

    private readonly TemporaryFolder _folder = new();
    private EmbeddedCluster _cluster = null!;
    private SimilarityClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Server => _cluster.GrpcAddress.ToString();

    private string Backup => Path.Combine(_folder.Path, "backup");

    public async ValueTask InitializeAsync()
    {
        _cluster = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Shard:SegmentBytesLimit"] = "65536", // So that a backup has segments and a log.
            },
            Stop);
        _client = new SimilarityClient(_cluster.GrpcAddress);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task BackupAndRestore_UnderWritesIntoOtherShardCounts_GiveTheSameRecordsBitForBit()
    {
        await _client.CreateCollectionAsync(
            new CreateCollectionRequest
            {
                Name = "birds",
                Metric = Metric.Cosine,
                Dimension = Dimension,
                ShardCount = 3,
                LabelField = "kind",
                SearchBreadth = 77,
                Description = "all of them",
            },
            Stop);
        var random = new Random(81);
        await WriteAsync(
            "birds", [.. Enumerable.Range(0, 2_500).Select(row => NewRecord(random, $"old {row}"))]);
        var before = await ReadAsync("birds");

        // Others write while it is made: of these the backup may have any, of those before it has all.
        using var enough = new CancellationTokenSource();
        var writing = WriteUntilAsync(enough.Token);
        var backup = await CliRun.OfAsync("backup", "birds", "--to", Backup, "--server", Server);
        await enough.CancelAsync();
        await writing;

        Assert.True(backup.ExitCode == 0, backup.Error);
        Assert.Empty(await _client.ListSnapshotsAsync("birds", Stop));
        foreach (var shards in (string[])["1", "5"])
        {
            var restore = await CliRun.OfAsync(
                "restore", Backup, "--collection", $"birds{shards}", "--shards", shards, "--server", Server);
            Assert.True(restore.ExitCode == 0, restore.Error);
            var restored = await ReadAsync($"birds{shards}");
            Assert.Contains(
                $"restored {restored.Count} records into 'birds{shards}' of {shards} shards",
                restore.Output,
                StringComparison.Ordinal);
            Assert.Contains($"wrote {restored.Count} records", backup.Output, StringComparison.Ordinal);
            var old = restored.Where(pair => pair.Key.StartsWith("old", StringComparison.Ordinal));
            Assert.Equal(before, old);
            var collection = (await _client.GetCollectionAsync($"birds{shards}", Stop)).Collection;
            Assert.Equal(
                (Metric.Cosine, Dimension, "kind", 77, "all of them", shards),
                (collection.Metric, (int)collection.Dimension, collection.LabelField,
                    (int)collection.SearchBreadth, collection.Description, $"{collection.ShardCount}"));
        }

        Assert.Equal(await ReadAsync("birds1"), await ReadAsync("birds5"));
    }

    [Fact]
    public async Task Restore_OneByteFlipped_NamesTheFileAndMakesNothing()
    {
        await MakeBackupAsync("--keep-snapshot");
        var kept = Assert.Single(await _client.ListSnapshotsAsync("few", Stop));
        Assert.True(kept.IsComplete);
        var file = Path.Combine(Backup, "records-000001.simbackup");
        var bytes = await File.ReadAllBytesAsync(file, Stop);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Stop);

        var restore = await CliRun.OfAsync(
            "restore", Backup, "--collection", "again", "--server", Server);

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains(file, restore.Error, StringComparison.Ordinal);
        Assert.Contains("at offset 16", restore.Error, StringComparison.Ordinal);
        await AssertNoCollectionAsync("again");
    }

    [Fact]
    public async Task Restore_NoBackupOrExistingCollection_SaysSo()
    {
        await MakeBackupAsync();
        var existing = await CliRun.OfAsync("restore", Backup, "--server", Server);
        var nothing = await CliRun.OfAsync("restore", _folder.Path, "--server", Server);
        var again = await CliRun.OfAsync("backup", "few", "--to", Backup, "--server", Server);
        var misused = await CliRun.OfAsync("restore", Backup, "--shards", "257", "--server", Server);

        Assert.Equal((1, 1, 1, 2), (existing.ExitCode, nothing.ExitCode, again.ExitCode, misused.ExitCode));
        Assert.Contains("[COLLECTION_EXISTS", existing.Error, StringComparison.Ordinal);
        Assert.Contains("backup.json' is missing", nothing.Error, StringComparison.Ordinal);
        Assert.Contains($"'{Backup}' is not empty", again.Error, StringComparison.Ordinal);
        Assert.Contains("--shards: expected 1 to 256, given 257", misused.Error, StringComparison.Ordinal);
        Assert.Empty(await _client.ListSnapshotsAsync("few", Stop));
    }

    [Fact]
    public async Task Restore_ModelHasAnotherFingerprint_NamesBoth()
    {
        await _client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "few", Model = "descriptor" }, Stop);
        var backup = await CliRun.OfAsync("backup", "few", "--to", Backup, "--server", Server);
        Assert.True(backup.ExitCode == 0, backup.Error);
        var whole = await CliRun.OfAsync(
            "restore", Backup, "--collection", "same", "--server", Server);
        Assert.True(whole.ExitCode == 0, whole.Error);

        var stored = (await _client.GetCollectionAsync("few", Stop)).Collection;
        var other = Path.Combine(_folder.Path, "other");
        using (var writer = Storage.Backups.BackupWriter.Create(
            other,
            new Storage.Backups.BackupHeader(
                (int)stored.Metric,
                (int)stored.Dimension,
                Cli.Backups.CollectionSettings.Write(
                    new Collection(stored) { Fingerprint = "0123456789abcdef" }))))
        {
            writer.Complete();
        }

        var restore = await CliRun.OfAsync("restore", other, "--collection", "again", "--server", Server);

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("0123456789abcdef", restore.Error, StringComparison.Ordinal);
        Assert.Contains(stored.Fingerprint, restore.Error, StringComparison.Ordinal);
        await AssertNoCollectionAsync("again");
    }

    [Fact]
    public async Task Backup_NoSuchCollection_LeavesNoBackup()
    {
        var run = await CliRun.OfAsync("backup", "nobody", "--to", Backup, "--server", Server);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("COLLECTION_NOT_FOUND", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Backup));
    }

    private static RecordInput NewRecord(Random random, string id)
    {
        float[] vector = [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - .5f)];
        return new RecordInput
        {
            Id = id,
            Vector = PackedVector.Pack(vector),
            Metadata = new Metadata().Set("kind", $"k{random.Next(9)}").Set("weight", random.Next(1_000)),
        };
    }

    private async Task MakeBackupAsync(params string[] options)
    {
        await _client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "few", Dimension = Dimension, ShardCount = 2 }, Stop);
        await WriteAsync("few", [NewRecord(new Random(82), "a"), NewRecord(new Random(83), "b")]);
        var backup = await CliRun.OfAsync(
            ["backup", "few", "--to", Backup, "--server", Server, .. options]);
        Assert.True(backup.ExitCode == 0, backup.Error);
        Assert.Contains("wrote 2 records", backup.Output, StringComparison.Ordinal);
    }

    private async Task WriteAsync(string collection, IReadOnlyList<RecordInput> records)
    {
        await foreach (var status in _client.UpsertAllAsync(collection, records.ToAsyncEnumerable(), Stop))
        {
            Assert.Null(status.Error);
        }
    }

    private async Task WriteUntilAsync(CancellationToken enough)
    {
        var random = new Random(84);
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            await WriteAsync("birds", [.. Enumerable.Range(0, 20)
                .Select(row => NewRecord(random, $"new {round} {row}"))]);
        }
    }

    private async Task<SortedDictionary<string, string>> ReadAsync(string collection)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var request = new ListRecordsRequest
        {
            Collection = collection,
            PageSize = 1_000,
            IncludeVector = true,
            IncludeMetadata = true,
        };
        do
        {
            var page = await _client.Records.ListRecordsAsync(request, cancellationToken: Stop);
            foreach (var record in page.Records)
            {
                record.Etag = string.Empty; // Is the shard's, and not restored.
                found.Add(record.Id, Convert.ToHexString(record.ToByteArray()));
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return found;
    }

    private async Task AssertNoCollectionAsync(string name)
    {
        var missing = await Assert.ThrowsAsync<SimilarityException>(
            () => _client.GetCollectionAsync(name, Stop));
        Assert.Equal("COLLECTION_NOT_FOUND", missing.Reason, StringComparer.Ordinal);
    }
}
