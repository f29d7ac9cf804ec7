using Grpc.Core;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("search -c x", "exactly one of --image, --text and --id, given 0")]
    [InlineData("search -c x --id a --text b", "exactly one of --image, --text and --id, given 2")]
    [InlineData("search --id a", "--collection")]
    [InlineData("search -c x --id a --limit 0", "--limit: expected 1 to 10000, given 0")]
    [InlineData("search -c x --id a --limit 10001", "--limit: expected 1 to 10000, given 10001")]
    [InlineData("search -c x --id a --limit many", "many")]
    [InlineData("search -c x --image no-such-file.png", "no-such-file.png")]
    [InlineData("index no-such-folder -c x", "no-such-folder")]
    [InlineData("index", "FOLDER")]
    [InlineData(
        "status --server nowhere",
        "--server: expected an address like http://127.0.0.1:7600, given 'nowhere'")]
    [InlineData("serve --set novalue", "--set: expected KEY=VALUE, given 'novalue'")]
    [InlineData("fsck", "DIRECTORY")]
    [InlineData("demo --shards 257", "--shards: expected 1 to 256, given 257")]
    [InlineData("unknown", "unknown")]
    public async Task RunAsync_ArgumentsMakeNoSense_SaysWhyAndExits2(string arguments, string expected)
    {
        var run = await CliRun.OfAsync(arguments.Split(' '));

        Assert.Equal(CommandLine.Misused, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.StartsWith("simcluster: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task RunAsync_Help_ListsTheCommands()
    {
        var run = await CliRun.OfAsync("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.All(
            ["serve", "demo", "index", "search", "collections", "models", "status", "fsck"],
            command => Assert.Contains($"  {command}", run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("search -c x --id a")]
    public async Task RunAsync_NoServer_SaysSoOnOneLineAndExits1(string arguments)
    {
        // Port 1 is reserved and nothing listens there.
        var run = await CliRun.OfAsync([.. arguments.Split(' '), "--server", "http://127.0.0.1:1"]);

        Assert.Equal(CommandLine.Failed, run.ExitCode);
        var line = Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Contains("no server can be reached at", line, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_RichError_NamesReasonAndField()
    {
        var error = SimilarityException.From(
            ServiceErrors.CollectionNotFound("collection", "x").ToRpcException());

        Assert.Equal(
            "collection: there is no collection 'x'. [COLLECTION_NOT_FOUND, field collection]",
            CommandLine.Describe(error));
    }

    [Fact]
    public void Describe_PlainStatus_NamesTheCode()
    {
        var error = SimilarityException.From(
            new RpcException(new Status(StatusCode.Unimplemented, "No such method.")));

        Assert.Equal("No such method. [Unimplemented]", CommandLine.Describe(error));
    }
}
