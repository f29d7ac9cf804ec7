using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SimilarityCluster.Cli.Checking;
using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>fsck</c>: whether a data directory is whole.</summary>
internal static class FsckCommand
{
    /// <summary>Exit code when there are faults.</summary>
    public const int Faulty = 1;

    /// <summary>Exit code when the directory could not be looked at.</summary>
    public const int NotChecked = 2;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var directory = new Argument<DirectoryInfo>("DIRECTORY")
        {
            Description = "The data directory; no server may have it open.",
        };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        var command = new Command(
            "fsck",
            "Checks a data directory without changing it. Exits with 0 when all is well, 1 when there are "
            + "faults, 2 when it could not look.")
        {
            directory, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(directory), parsed.GetValue(json), terminal, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        DirectoryInfo directory, bool asJson, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            using var objects = LocalObjectStore.OpenReadOnly(directory.FullName);
            var report = await StoreCheck.RunAsync(objects, string.Empty, cancellationToken);
            if (asJson)
            {
                await terminal.Output.WriteLineAsync(FsckJson.Write(report, watch.Elapsed));
            }
            else
            {
                await WriteAsync(report, watch.Elapsed, terminal.Output);
            }

            return report.FaultCount == 0 ? 0 : Faulty;
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("stopped before the end.");
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            terminal.Fail(exception.Message);
        }

        return NotChecked;
    }

    private static async Task WriteAsync(StoreReport report, TimeSpan elapsed, TextWriter output)
    {
        foreach (var finding in report.Findings)
        {
            await output.WriteLineAsync(
                $"{NameOf(finding.Kind)}: {Terminal.Plain($"{finding.Key} {finding.What}")}");
            await output.WriteLineAsync($"    means: {finding.Meaning}");
            await output.WriteLineAsync($"    do:    {finding.Remedy}");
        }

        var verdict = report.FaultCount == 0 ? "No faults" : $"{report.FaultCount} faults";
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict}: {report.ShardCount} shards, {report.DocumentCount} documents, "
            + $"{report.SegmentCount} segments, {report.SlotCount} log slots, {report.RecordCount} records, "
            + $"{report.ByteCount} bytes in {elapsed.TotalSeconds:F1} s."));
    }

    /// <summary>Names a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>As it is written.</returns>
    internal static string NameOf(StoreFindingKind kind) => kind switch
    {
        StoreFindingKind.Fault => "fault",
        StoreFindingKind.Leftover => "leftover",
        _ => "foreign",
    };
}
