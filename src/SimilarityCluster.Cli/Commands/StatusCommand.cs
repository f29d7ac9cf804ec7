using System.CommandLine;
using SimilarityCluster.Client;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>status</c>: whether the server can be reached and serves, and what it holds.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var server = SharedOptions.NewServer();
        var command = new Command("status", "Tells whether a server serves, and what it holds.") { server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = parsed.GetRequiredValue(server);
            // Whoever asks how it is now does not want to wait until it is better.
            await using var client = new SimilarityClient(
                address, new SimilarityClientOptions { MaxAttempts = 1 });
            if (!await client.IsServingAsync(cancellationToken))
            {
                throw new CommandException($"the server at {address} does not serve at present.");
            }

            await terminal.Output.WriteLineAsync($"The server at {address} serves.");
            await CollectionsCommand.WriteAsync(client, terminal, cancellationToken);
            return 0;
        });
        return command;
    }
}
