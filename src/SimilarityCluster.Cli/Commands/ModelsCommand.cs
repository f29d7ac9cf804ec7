using System.CommandLine;
using System.Globalization;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>models</c>: what the server can embed with.</summary>
internal static class ModelsCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var server = SharedOptions.NewServer();
        var command = new Command(
            "models", "Lists the models of a server, and the folders that cannot be served.")
        {
            server,
        };
        command.SetAction(
            (parsed, cancellationToken) => WriteAsync(parsed, server, terminal, cancellationToken));
        return command;
    }

    private static async Task<int> WriteAsync(
        ParseResult parsed, Option<Uri> server, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var client = SharedOptions.Connect(parsed, server);
        var table = Terminal.NewTable("model", "version", "dimension", "accepts", "runs on", "fingerprint");
        var token = string.Empty;
        do
        {
            var page = await client.ListModelsAsync(token, cancellationToken);
            foreach (var model in page.Models)
            {
                Terminal.AddRow(
                    table,
                    model.Name,
                    model.Version,
                    model.Dimension.ToString(CultureInfo.InvariantCulture),
                    string.Join(", ", model.Accepts.Select(Name)),
                    model.Provider,
                    model.Fingerprint);
            }

            foreach (var broken in page.BrokenModels)
            {
                terminal.Fail($"the model folder '{broken.Folder}' cannot be served: {broken.Message}");
            }

            token = page.NextPageToken;
        }
        while (token.Length > 0);
        terminal.Rich.Write(table);
        return 0;
    }

    private static string Name(InputKind kind) => kind switch
    {
        InputKind.Image => "image",
        InputKind.Text => "text",
        InputKind.Tensor => "tensor",
        _ => kind.ToString(),
    };
}
