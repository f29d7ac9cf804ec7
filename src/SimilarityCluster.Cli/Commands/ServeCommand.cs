using System.CommandLine;
using System.CommandLine.Parsing;
using SimilarityCluster.Hosting;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>serve</c>: the whole server in this process, until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var data = Setting("--data", "DIR", "Where the data is kept. Default ./data.");
        var models = Setting("--models", "DIR", "Where the models are. Default models in the data directory.");
        var grpc = Setting("--grpc", "HOST:PORT", "Where gRPC is served. Default 127.0.0.1:7600; port 0 takes a free one.");
        var http = Setting("--http", "HOST:PORT", "Where health and metrics are served. Default 127.0.0.1:7601.");
        var set = new Option<string[]>("--set") { Description = "Any other setting.", HelpName = "KEY=VALUE" };
        set.Validators.Add(RefuseWithoutKey);
        var command = new Command("serve", "Runs the server: index, gateway and embedding in one process.")
        {
            data, models, grpc, http, set,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Storage:Directory"] = parsed.GetValue(data) ?? "./data",
                ["Endpoints:Grpc"] = parsed.GetValue(grpc) ?? "127.0.0.1:7600",
                ["Endpoints:Http"] = parsed.GetValue(http) ?? "127.0.0.1:7601",
            };
            if (parsed.GetValue(models) is { } folder)
            {
                settings["Embedding:Models"] = folder;
            }

            foreach (var pair in parsed.GetValue(set) ?? [])
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                settings[pair[..equals]] = pair[(equals + 1)..];
            }

            return ServeAsync(settings, terminal, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ServeAsync(
        Dictionary<string, string?> settings, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var cluster = await EmbeddedCluster.StartAsync(settings, cancellationToken);
        await terminal.Output.WriteLineAsync($"grpc {Origin(cluster.GrpcAddress)}");
        await terminal.Output.WriteLineAsync($"http {Origin(cluster.HttpAddress)}");
        await terminal.Output.WriteLineAsync("ready");
        await terminal.Output.FlushAsync(cancellationToken);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(stop.SetResult);
        await stop.Task;
        return 0;
    }

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static Option<string> Setting(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static void RefuseWithoutKey(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            result.AddError($"--set: expected KEY=VALUE, given '{token.Value}'.");
        }
    }
}
