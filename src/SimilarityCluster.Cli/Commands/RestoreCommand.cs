using System.CommandLine;
using System.Globalization;
using SimilarityCluster.Cli.Backups;
using SimilarityCluster.Contracts;
using SimilarityCluster.Storage.Backups;
using Spectre.Console;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>restore</c>: a directory becomes a collection.</summary>
internal static class RestoreCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var directory = new Argument<DirectoryInfo>("DIRECTORY") { Description = "The backup." };
        var collection = new Option<string?>("--collection", "-c")
        {
            Description = "Name of the new collection. Default: the one that it had.",
            HelpName = "NAME",
        };
        var shards = new Option<int?>("--shards")
        {
            Description = $"Shards of the new collection, 1 to {WireLimits.MaxShards}. "
                + "Default: as many as it had.",
            HelpName = "N",
        };
        shards.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var given)
                && (given < 1 || given > WireLimits.MaxShards))
            {
                result.AddError($"--shards: expected 1 to {WireLimits.MaxShards}, given {given}.");
            }
        });
        var server = SharedOptions.NewServer();
        var command = new Command(
            "restore", "Makes a collection of a backup, which is checked before anything is made.")
        {
            directory, collection, shards, server,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var backup = OpenVerified(parsed.GetRequiredValue(directory).FullName, cancellationToken);
            await using var client = SharedOptions.Connect(parsed, server);
            var restore = new CollectionRestore(client, backup);
            var made = await restore.CreateAsync(
                parsed.GetValue(collection), parsed.GetValue(shards), cancellationToken);
            var count = await WriteAsync(
                restore, made.Name, backup.Size.RecordCount, terminal, cancellationToken);
            await terminal.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"restored {count} records into '{made.Name}' of {made.ShardCount} shards"));
            return 0;
        });
        return command;
    }

    private static BackupReader OpenVerified(string directory, CancellationToken cancellationToken)
    {
        try
        {
            var backup = BackupReader.Open(directory);
            backup.Verify(cancellationToken);
            return backup;
        }
        catch (InvalidDataException damage)
        {
            throw new CommandException($"nothing was restored: {damage.Message}");
        }
    }

    private static async Task<long> WriteAsync(
        CollectionRestore restore,
        string collection,
        long count,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        if (!terminal.IsInteractive)
        {
            return await restore.WriteAsync(collection, cancellationToken);
        }

        return await terminal.Rich.Progress().StartAsync(context =>
        {
            var task = context.AddTask("Writing", maxValue: Math.Max(1, count));
            restore.Advanced = written => task.Value = written;
            return restore.WriteAsync(collection, cancellationToken);
        });
    }
}
