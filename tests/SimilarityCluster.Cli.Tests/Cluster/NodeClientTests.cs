using System.Diagnostics;
using SimilarityCluster.Hosting;

namespace SimilarityCluster.Cli.Tests.Cluster;

public sealed class NodeClientTests
{
    [Fact]
    public async Task NodeClient_RunningServer_CreatesWritesSearchesDeletes()
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = FindClient();
        await using var cluster = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal), cancel);
        using var node = Process.Start(new ProcessStartInfo(
            "node", ["client.mjs", cluster.GrpcAddress.Authority])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync(cancel);
        var error = node.StandardError.ReadToEndAsync(cancel);

        await node.WaitForExitAsync(cancel);

        Assert.True(node.ExitCode == 0, await error);
        Assert.Contains("found red at 0.1414, green at", await output, StringComparison.Ordinal);
    }

    private static string FindClient()
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            var folder = Path.Combine(above.FullName, "tests", "clients", "node");
            if (File.Exists(Path.Combine(folder, "client.mjs")))
            {
                Assert.SkipUnless(
                    Directory.Exists(Path.Combine(folder, "node_modules")),
                    $"'{folder}' has no node_modules: run npm ci there.");
                var paths = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
                Assert.SkipUnless(
                    paths.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, "node"))),
                    "There is no node on the PATH.");
                return folder;
            }
        }

        throw new DirectoryNotFoundException("tests/clients/node was not found above the test's own folder.");
    }
}
