using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Cli.Tests.Commands;

public sealed class IndexCommandTests
{
    private static readonly byte[] Good = [0x89, 1, 2];
    private static readonly byte[] Bad = [0, 1, 2];

    [Fact]
    public async Task Index_NewCollection_CreatesItAndWritesMetadata()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("cat/1.png", Good);

        var run = await CliRun.OfAsync(
            "index", folder.Path, "--collection", "pets", "--label-from-folder", "--server", server.Address);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("indexed 1, skipped 0, failed 0", run.Output.Trim());
        Assert.Equal("pets", server.Stored.Created!.Name);
        Assert.Equal("descriptor", server.Stored.Created.Model);
        Assert.Equal("label", server.Stored.Created.LabelField);
        var metadata = server.Stored.Records["cat/1.png"];
        Assert.Equal("cat", metadata.Fields["label"].StringValue);
        Assert.Equal(3, metadata.Fields["size"].IntegerValue);
        Assert.Equal(Path.Combine(folder.Path, "cat", "1.png"), metadata.Fields["path"].StringValue);
    }

    [Fact]
    public async Task Index_SecondRun_SkipsWhatIsThereAndWritesWhatChanged()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("1.png", Good);
        folder.Write("2.png", Good);
        string[] arguments = ["index", folder.Path, "-c", "pets", "--server", server.Address];
        await CliRun.OfAsync(arguments);
        folder.Write("2.png", [.. Good, 4]);

        var run = await CliRun.OfAsync(arguments);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("indexed 1, skipped 1, failed 0", run.Output.Trim());
        Assert.Equal(4, server.Stored.Records["2.png"].Fields["size"].IntegerValue);
    }

    [Fact]
    public async Task Index_BadFile_IsReportedAndSkipped()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("bad.png", Bad);
        folder.Write("good.png", Good);

        var run = await CliRun.OfAsync("index", folder.Path, "-c", "pets", "--server", server.Address);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("indexed 1, skipped 0, failed 1", run.Output.Trim());
        Assert.Contains("bad.png", run.Error, StringComparison.Ordinal);
        Assert.Contains(Reasons.ImageUnreadable, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_OnlyBadFiles_Exits1()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("bad.png", Bad);

        var run = await CliRun.OfAsync("index", folder.Path, "-c", "pets", "--server", server.Address);

        Assert.Equal(CommandLine.Failed, run.ExitCode);
        Assert.Equal("indexed 0, skipped 0, failed 1", run.Output.Trim());
    }

    [Fact]
    public async Task Index_IdTooLong_IsReportedAndTheRestIsIndexed()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write($"{string.Join('/', Enumerable.Repeat(new string('d', 200), 3))}/1.png", Good);
        folder.Write("1.png", Good);

        var run = await CliRun.OfAsync("index", folder.Path, "-c", "pets", "--server", server.Address);

        Assert.Equal("indexed 1, skipped 0, failed 1", run.Output.Trim());
        Assert.Contains("at most 512 bytes, given 608", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_ServerRefusesTheBatch_SaysReasonAndCountsSoFar()
    {
        await using var server = await FakeServer.StartAsync();
        server.Stored.WriteError = ServiceErrors.ModelNotFound("model", "descriptor");
        using var folder = new TemporaryFolder();
        folder.Write("1.png", Good);

        var run = await CliRun.OfAsync("index", folder.Path, "-c", "pets", "--server", server.Address);

        Assert.Equal(CommandLine.Failed, run.ExitCode);
        Assert.Equal("indexed 0, skipped 0, failed 0", run.Output.Trim());
        Assert.Contains("[MODEL_NOT_FOUND, field model]", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_OtherModelThanTheCollections_IsRefused()
    {
        await using var server = await FakeServer.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("1.png", Good);
        string[] arguments = ["index", folder.Path, "-c", "pets", "--server", server.Address];
        await CliRun.OfAsync(arguments);

        var run = await CliRun.OfAsync([.. arguments, "--model", "clip"]);

        Assert.Equal(CommandLine.Failed, run.ExitCode);
        Assert.Contains("'descriptor@1'", run.Error, StringComparison.Ordinal);
        Assert.Contains("'clip'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_FolderWithoutPictures_Exits1()
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt", Good);

        var run = await CliRun.OfAsync("index", folder.Path, "-c", "pets");

        Assert.Equal(CommandLine.Failed, run.ExitCode);
        Assert.Contains("there are no pictures", run.Error, StringComparison.Ordinal);
    }
}
