using System.Diagnostics;
using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>Runs other programs.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs; null for here.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="OptionException">It is not there, or ends with an error.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new OptionException($"'{program}' cannot be started: {fault.Message}.");
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new OptionException(
                    $"'{program} {string.Join(' ', start.ArgumentList)}' ended with {process.ExitCode}:\n"
                    + errors.GetAwaiter().GetResult());
        }
    }
}
