using System.CommandLine;
using System.CommandLine.Invocation;
using Grpc.Core;
using SimilarityCluster.Cli.Commands;
using SimilarityCluster.Client;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Cli;

/// <summary>
/// Reads the arguments, runs the command, and turns what went wrong into one line and an exit code.
/// </summary>
internal static class CommandLine
{
    /// <summary>Exit code when the command could not do its work.</summary>
    public const int Failed = 1;

    /// <summary>Exit code when the arguments make no sense.</summary>
    public const int Misused = 2;

    // A server that is told to stop finishes the calls in flight first.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As the process got them.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellationToken">Stops the command, as an interrupt does.</param>
    /// <returns>The exit code: 0, <see cref="Failed"/> or <see cref="Misused"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var parsed = NewRoot(terminal).Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Fail(error.Message);
            }

            return Misused;
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = LongestDrain,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (SimilarityException exception)
            when (IsUnreachable(exception))
        {
            // The innermost error says why; the outer ones only that there was no connection to be had.
            var server = parsed.CommandResult.Command.Options
                .OfType<Option<Uri>>()
                .Select(parsed.GetValue)
                .FirstOrDefault();
            terminal.Fail($"no server can be reached at {server}: {exception.GetBaseException().Message}");
        }
        catch (SimilarityException exception)
        {
            terminal.Fail(Describe(exception));
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("stopped before the end.");
        }
        catch (Exception exception)
            when (exception
                is CommandException or SettingsException or IOException or UnauthorizedAccessException)
        {
            terminal.Fail(exception.Message);
        }

        return Failed;
    }

    /// <summary>Describes a server's error on one line.</summary>
    /// <param name="exception">The error.</param>
    /// <returns>The message, then reason (or status code) and field.</returns>
    public static string Describe(SimilarityException exception)
    {
        var reason = exception.Reason.Length > 0 ? exception.Reason : exception.StatusCode.ToString();
        return exception.Field.Length > 0
            ? $"{exception.Message} [{reason}, field {exception.Field}]"
            : $"{exception.Message} [{reason}]";
    }

    // A server that answers gives a reason.
    private static bool IsUnreachable(SimilarityException exception) =>
        exception.StatusCode == StatusCode.Unavailable && exception.Reason.Length == 0;

    private static RootCommand NewRoot(Terminal terminal) =>
        new("Finds what is most like a picture, a text or a vector.")
        {
            ServeCommand.Create(),
            DemoCommand.Create(terminal),
            IndexCommand.Create(terminal),
            SearchCommand.Create(terminal),
            CollectionsCommand.Create(terminal),
            ModelsCommand.Create(terminal),
            StatusCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            FsckCommand.Create(terminal),
        };
}
