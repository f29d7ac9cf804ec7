using System.CommandLine;
using System.Globalization;
using SimilarityCluster.Client;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>collections</c>: what the server holds.</summary>
internal static class CollectionsCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var server = SharedOptions.NewServer();
        var command = new Command("collections", "Lists the collections of a server.") { server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = SharedOptions.Connect(parsed, server);
            await WriteAsync(client, terminal, cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>Writes a table of all collections with their counts.</summary>
    /// <param name="client">The server.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Done when written.</returns>
    public static async Task WriteAsync(
        SimilarityClient client, Terminal terminal, CancellationToken cancellationToken)
    {
        var table = Terminal.NewTable(
            "collection", "records", "metric", "dimension", "model", "shards", "label field");
        await foreach (var listed in client.ListCollectionsAsync(cancellationToken))
        {
            var counted = await client.GetCollectionAsync(listed.Name, cancellationToken);
            Terminal.AddRow(
                table,
                listed.Name,
                counted.RecordCount.ToString(CultureInfo.InvariantCulture),
                listed.Metric.ToString(),
                listed.Dimension.ToString(CultureInfo.InvariantCulture),
                listed.Model,
                listed.ShardCount.ToString(CultureInfo.InvariantCulture),
                listed.LabelField);
        }

        terminal.Rich.Write(table);
    }
}
