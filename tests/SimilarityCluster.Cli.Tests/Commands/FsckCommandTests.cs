using System.Text.Json;
using SimilarityCluster.Cli.Commands;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Cli.Tests.Commands;

public sealed class FsckCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fsck_WholeDirectory_SaysSoAndExits0()
    {
        await WriteAsync();
        _folder.Write("objects/note.txt", []);

        var run = await CliRun.OfAsync("fsck", _folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("foreign: note.txt is foreign", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "No faults: 1 shards, 1 documents, 0 segments, 2 log slots, 1 records,",
            run.Output,
            StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Fsck_DamagedSlot_NamesItAndExits1()
    {
        await WriteAsync();
        var slot = Directory.GetFiles(Path.Combine(_folder.Path, "objects/shards/a/0/log"))
            .Max(StringComparer.Ordinal)!;
        var bytes = await File.ReadAllBytesAsync(slot, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(slot, bytes, Token);

        var text = await CliRun.OfAsync("fsck", _folder.Path);
        var json = await CliRun.OfAsync("fsck", _folder.Path, "--json");

        Assert.Equal(FsckCommand.Faulty, text.ExitCode);
        Assert.Contains(
            "fault: shards/a/0/log/00000000000000000002 is damaged: its checksum does not match.\n"
            + "    means: The shard cannot be opened",
            text.Output,
            StringComparison.Ordinal);
        Assert.Contains("    do:    Restore", text.Output, StringComparison.Ordinal);
        Assert.Contains("1 faults: 1 shards", text.Output, StringComparison.Ordinal);
        Assert.Equal(FsckCommand.Faulty, json.ExitCode);
        using var report = JsonDocument.Parse(json.Output);
        Assert.Equal(1, report.RootElement.GetProperty("faults").GetInt32());
        var finding = Assert.Single(report.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal("fault", finding.GetProperty("kind").GetString());
        Assert.Equal("shards/a/0/log/00000000000000000002", finding.GetProperty("key").GetString());
    }

    [Fact]
    public async Task Fsck_NoDataDirectory_SaysSoAndExits2()
    {
        var run = await CliRun.OfAsync("fsck", Path.Combine(_folder.Path, "nothing"));

        Assert.Equal(FsckCommand.NotChecked, run.ExitCode);
        Assert.Contains("is no data directory", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fsck_DirectoryIsHeld_SaysSoAndExits2(bool shared)
    {
        using var holder = LocalObjectStore.Open(_folder.Path, shared);

        var run = await CliRun.OfAsync("fsck", _folder.Path);

        Assert.Equal(FsckCommand.NotChecked, run.ExitCode);
        Assert.Contains("is held by another process", run.Error, StringComparison.Ordinal);
    }

    private async Task WriteAsync()
    {
        using var objects = LocalObjectStore.Open(_folder.Path, shared: false);
        await new NumberedDocument(objects, "catalog/").TryCreateAsync(1, "{}"u8.ToArray(), Token);
        await using var shard = await ShardStore.OpenAsync(
            objects,
            "shards/a/0/",
            new ShardSchema(Metric.Euclidean, 1),
            new ShardStoreOptions(),
            TaskScheduler.Default,
            TimeProvider.System,
            new Progress<Exception>(),
            MemoryBudget.Unlimited,
            Token);
        var record = new RecordWrite("id"u8.ToArray(), new byte[sizeof(float)], default);
        await shard.WriteAsync(new ShardWrite("operation", [record], []), Token);
    }
}
