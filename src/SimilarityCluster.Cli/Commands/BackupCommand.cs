using System.CommandLine;
using System.Globalization;
using SimilarityCluster.Cli.Backups;
using SimilarityCluster.Client;
using SimilarityCluster.Storage.Backups;
using Spectre.Console;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>backup</c>: a collection becomes a directory.</summary>
internal static class BackupCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var collection = new Argument<string>("COLLECTION") { Description = "Name of the collection." };
        var to = new Option<DirectoryInfo>("--to")
        {
            Description = "Directory of the backup; is made if need be, and must be empty.",
            HelpName = "DIRECTORY",
            Required = true,
        };
        var keep = new Option<bool>("--keep-snapshot")
        {
            Description = "Keep the snapshot that the backup is made of; without it, it is dropped.",
        };
        var server = SharedOptions.NewServer();
        var command = new Command(
            "backup",
            "Writes a consistent state of a collection into a directory, beside reads and writes.")
        {
            collection, to, keep, server,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = SharedOptions.Connect(parsed, server);
            await RunAsync(
                client,
                parsed.GetRequiredValue(collection),
                parsed.GetRequiredValue(to).FullName,
                parsed.GetValue(keep),
                terminal,
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(
        SimilarityClient client,
        string name,
        string directory,
        bool keep,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var stored = (await client.GetCollectionAsync(name, cancellationToken)).Collection;
        using var writer = BackupWriter.Create(directory, new BackupHeader(
            (int)stored.Metric, (int)stored.Dimension, CollectionSettings.Write(stored)));
        var snapshot = NewName();
        try
        {
            await client.CreateSnapshotAsync(name, snapshot, cancellationToken);
            var size = await WriteAsync(
                new CollectionBackup(client, stored, snapshot, writer), terminal, cancellationToken);
            await terminal.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"wrote {size.RecordCount} records in {size.FileCount} files, {size.ByteCount} bytes, "
                + $"to '{directory}'"));
            if (keep)
            {
                await terminal.Output.WriteLineAsync($"kept the snapshot '{snapshot}'");
            }
        }
        catch
        {
            // Nobody else knows its name; also when this is cancelled.
            await DropAsync(client, name, snapshot, terminal);
            throw;
        }

        if (!keep)
        {
            await DropAsync(client, name, snapshot, terminal);
        }
    }

    private static async Task<BackupSize> WriteAsync(
        CollectionBackup backup, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!terminal.IsInteractive)
        {
            return await backup.RunAsync(cancellationToken);
        }

        return await terminal.Rich.Progress().StartAsync(context =>
        {
            var task = context.AddTask("Writing");
            backup.Advanced = (written, known) => (task.MaxValue, task.Value) = (known, written);
            return backup.RunAsync(cancellationToken);
        });
    }

    private static async Task DropAsync(
        SimilarityClient client, string collection, string snapshot, Terminal terminal)
    {
        try
        {
            await client.DeleteSnapshotAsync(collection, snapshot, CancellationToken.None);
        }
        catch (SimilarityException failure)
        {
            terminal.Fail(
                $"the snapshot '{snapshot}' of '{collection}' could not be dropped, and takes room: "
                + CommandLine.Describe(failure));
        }
    }

    private static string NewName() =>
        $"backup-{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Guid.NewGuid():N}"[..40];
}
