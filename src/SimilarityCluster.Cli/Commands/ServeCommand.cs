using System.CommandLine;
using System.CommandLine.Parsing;
using SimilarityCluster.Hosting.Programs;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>serve</c>: the whole server in this process, until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var data = Setting("--data", "DIR", "Where the data is kept. Default ./data.");
        var models = Setting(
            "--models", "DIR", "Where the models are. Default models in the data directory.");
        var grpc = Setting(
            "--grpc", "HOST:PORT", "Where gRPC is served. Default 127.0.0.1:7600; port 0 takes a free one.");
        var http = Setting(
            "--http", "HOST:PORT", "Where health and metrics are served. Default 127.0.0.1:7601.");
        var set = new Option<string[]>("--set")
        {
            Description = "Any other setting.",
            HelpName = "KEY=VALUE",
        };
        set.Validators.Add(RefuseWithoutKey);
        var command = new Command("serve", "Runs the server: index, gateway and embedding in one process.")
        {
            data, models, grpc, http, set,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var arguments = new List<string>();
            foreach (var option in new[] { data, models, grpc, http })
            {
                if (parsed.GetValue(option) is { } value)
                {
                    arguments.Add($"{option.Name}={value}");
                }
            }

            arguments.AddRange((parsed.GetValue(set) ?? []).Select(pair => $"--{pair}"));
            return ServerProgram.RunAsync(arguments, cancellationToken);
        });
        return command;
    }

    private static Option<string> Setting(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static void RefuseWithoutKey(OptionResult result)
    {
        foreach (var token in result.Tokens
            .Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            result.AddError($"--set: expected KEY=VALUE, given '{token.Value}'.");
        }
    }
}
