using System.Collections.Concurrent;
using System.Diagnostics;

namespace SimilarityCluster.Storage.S3.Tests.Support;

/// <summary>A program that runs until the tests end, or until it is done.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private Daemon(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["CEPH_ARGS"] = string.Empty;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said, for messages.</summary>
    internal string Output => string.Join('\n', _output);

    /// <summary>Starts a program.</summary>
    internal static Daemon Start(string program, params IReadOnlyList<string> arguments) =>
        new(program, arguments);

    /// <summary>Runs a program to its end.</summary>
    internal static async Task RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        await using var daemon = Start(program, arguments);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await daemon._process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} has not ended: {daemon.Output}", late);
        }

        if (daemon._process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {daemon._process.ExitCode}: "
                + daemon.Output);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
