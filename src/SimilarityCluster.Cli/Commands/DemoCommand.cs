using System.CommandLine;
using SimilarityCluster.Cli.Demo;
using SimilarityCluster.Cli.Demo.Reporting;
using SimilarityCluster.Client;
using SimilarityCluster.Hosting;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>demo</c>: the whole way, from pictures to figures, on nothing but this machine.</summary>
internal static class DemoCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var images = new Option<DirectoryInfo>("--images")
        {
            Description =
                "Your own pictures: each sub-folder is a class, the last one by name is added later.",
            HelpName = "FOLDER",
        };
        images.AcceptExistingOnly();
        var report = new Option<FileInfo>("--report")
        {
            Description = "Write a page that shows each query picture beside its neighbours.",
            HelpName = "FILE.html",
        };
        var gallery = SharedOptions.NewCount("--gallery", "Most pictures of a class to index.", value: 40);
        var queries = SharedOptions.NewCount("--queries", "Most pictures of a class to ask with.", value: 12);
        var shards = SharedOptions.NewCount("--shards", "Shards of the collection.", value: 4, largest: 256);
        var seed = new Option<int>("--seed")
        {
            Description = "Another seed, other pictures.",
            HelpName = "N",
        };
        seed.DefaultValueFactory = static _ => 1;
        var keep = new Option<DirectoryInfo>("--keep")
        {
            Description = "Keep the data in this folder, which must be empty, instead of removing it.",
            HelpName = "DIR",
        };
        var command = new Command(
            "demo", "Draws pictures, indexes them in an embedded cluster, asks, and measures.")
        {
            images, report, gallery, queries, shards, seed, keep,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var pictures = parsed.GetValue(images) is { } folder
                ? PictureSources.Read(
                    folder, parsed.GetValue(gallery), parsed.GetValue(queries), parsed.GetValue(seed))
                : PictureSources.Draw(
                    parsed.GetValue(gallery), parsed.GetValue(queries), parsed.GetValue(seed));
            var figures = await RunAsync(
                pictures, parsed.GetValue(shards), parsed.GetValue(keep), terminal, cancellationToken);
            DemoTables.Write(figures, terminal);
            if (parsed.GetValue(report) is { } page)
            {
                await File.WriteAllTextAsync(
                    page.FullName, new HtmlReport(figures, pictures).Write(), cancellationToken);
                await terminal.Output.WriteLineAsync($"The report is in {page.FullName}.");
            }

            return 0;
        });
        return command;
    }

    private static async Task<DemoFigures> RunAsync(
        DemoPictures pictures,
        int shardCount,
        DirectoryInfo? keep,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var data = keep ?? Directory.CreateTempSubdirectory("simcluster-demo-");
        if (keep is { Exists: true } && keep.EnumerateFileSystemInfos().Any())
        {
            throw new CommandException(
                $"--keep: expected an empty folder, '{keep.FullName}' holds something.");
        }

        try
        {
            await using var cluster = await EmbeddedCluster.StartAsync(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Storage:Directory"] = data.FullName,
                    ["Logging:LogLevel:Default"] = "Error",
                },
                cancellationToken);
            await using var client = new SimilarityClient(cluster.GrpcAddress);
            var run = new DemoRun(
                client, pictures, shardCount, line => terminal.Output.WriteLine(Terminal.Plain(line)));
            return await run.RunAsync(cancellationToken);
        }
        finally
        {
            if (keep is null)
            {
                data.Delete(recursive: true);
            }
        }
    }
}
