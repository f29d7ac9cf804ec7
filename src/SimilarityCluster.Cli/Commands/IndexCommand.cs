using System.CommandLine;
using Grpc.Core;
using SimilarityCluster.Cli.Indexing;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;
using Spectre.Console;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>index</c>: the pictures of a folder become records of a collection.</summary>
internal static class IndexCommand
{
    private const string DefaultModel = "descriptor";

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description =
                "Pictures (PNG, JPEG, WebP, GIF, BMP) in it and below it are indexed; "
                + "links are not followed.",
        };
        folder.AcceptExistingOnly();
        var collection = SharedOptions.NewCollection();
        var model = new Option<string>("--model", "-m")
        {
            Description = $"Model of the collection, when it has to be made. Default {DefaultModel}.",
            HelpName = "NAME",
        };
        var label = new Option<bool>("--label-from-folder")
        {
            Description = "Label each picture with the name of the folder that holds it.",
        };
        var server = SharedOptions.NewServer();
        var command = new Command(
            "index", "Indexes the pictures of a folder; what is already there is skipped.")
        {
            folder, collection, model, label, server,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var files = PictureFiles.Find(parsed.GetRequiredValue(folder), parsed.GetValue(label));
            if (files.Count == 0)
            {
                throw new CommandException($"there are no pictures in '{parsed.GetRequiredValue(folder)}'.");
            }

            var name = parsed.GetRequiredValue(collection);
            await using var client = SharedOptions.Connect(parsed, server);
            await EnsureCollectionAsync(client, name, parsed.GetValue(model), cancellationToken);
            return await IndexAsync(new FolderIndexer(client, name), files, terminal, cancellationToken);
        });
        return command;
    }

    private static async Task EnsureCollectionAsync(
        SimilarityClient client, string name, string? model, CancellationToken cancellationToken)
    {
        Collection stored;
        try
        {
            stored = (await client.GetCollectionAsync(name, cancellationToken)).Collection;
        }
        catch (SimilarityException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            var request = new CreateCollectionRequest
            {
                Name = name,
                Model = model ?? DefaultModel,
                LabelField = PictureFile.LabelField,
            };
            await client.CreateCollectionAsync(request, cancellationToken);
            return;
        }

        var isSame = model is null
            || string.Equals(stored.Model, model, StringComparison.Ordinal)
            || stored.Model.StartsWith($"{model}@", StringComparison.Ordinal);
        if (stored.Model.Length == 0 || !isSame)
        {
            var found = stored.Model.Length == 0 ? "no model" : $"the model '{stored.Model}'";
            var expected = model is null ? "one that embeds pictures" : $"'{model}'";
            throw new CommandException($"the collection '{name}' has {found}; expected {expected}.");
        }
    }

    private static async Task<int> IndexAsync(
        FolderIndexer indexer,
        List<PictureFile> files,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        indexer.Failed = (file, problem) => terminal.Fail($"{file.Id}: {problem}");
        try
        {
            if (terminal.IsInteractive)
            {
                await terminal.Rich.Progress().StartAsync(async context =>
                {
                    var task = context.AddTask("Indexing", maxValue: files.Count);
                    indexer.Advanced = () => task.Increment(1);
                    await indexer.RunAsync(files, cancellationToken);
                });
            }
            else
            {
                await indexer.RunAsync(files, cancellationToken);
            }
        }
        finally
        {
            // Also when it breaks off: what was acknowledged stays, and the next run goes on from there.
            await terminal.Output.WriteLineAsync(
                $"indexed {indexer.IndexedCount}, skipped {indexer.SkippedCount}, "
                + $"failed {indexer.FailedCount}");
        }

        return indexer.IndexedCount + indexer.SkippedCount > 0 ? 0 : CommandLine.Failed;
    }
}
