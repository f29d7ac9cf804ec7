#pragma warning disable MA0048 // The answer is read with the process that gives it.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SimilarityCluster.Storage.Tests.Processes;

/// <summary>How a process answered a write.</summary>
/// <param name="Outcome">Of a write that it acknowledged.</param>
/// <param name="Refusal">Why it refused; null when it did not, or ended before it answered.</param>
internal sealed record ShardAnswer(ShardWriteOutcome? Outcome, string? Refusal);

/// <summary>A <see cref="ShardHost"/> in a process of its own, which ends with this object.</summary>
internal sealed class ShardProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ShardAnswer NoAnswer = new(null, null);

    private readonly Process _process;
    private readonly Predicate<string> _killsAt;
    private readonly Lock _sync = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ShardAnswer>> _answers =
        new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _lines =
        new(StringComparer.Ordinal);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ShardProcess(string directory, bool isShared, Predicate<string> killsAt)
    {
        _killsAt = killsAt;
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(ShardHost).Assembly.Location, ShardHost.Argument, directory, $"{isShared}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? string.Empty);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Writes that were acknowledged so far.</summary>
    internal int AcknowledgedCount { get; private set; }

    /// <summary>Completes when everything that the process ever said was read.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Whether <see cref="_killsAt"/> came true.</summary>
    internal bool IsKilled { get; private set; }

    /// <summary>Starts a process.</summary>
    /// <param name="directory">Of its object store.</param>
    /// <param name="isShared">Whether others may have the directory, too.</param>
    /// <param name="killsAt">
    /// Asked for each line that the process says, in order; it is killed at the first one for which this is
    /// true.
    /// </param>
    internal static ShardProcess Start(string directory, bool isShared, Predicate<string>? killsAt = null) =>
        new(directory, isShared, killsAt ?? (_ => false));

    /// <summary>Waits for a line that begins with a word; it may have been said before.</summary>
    /// <param name="word">The word.</param>
    /// <returns>The line; null when the process ended without it.</returns>
    internal async Task<string?> WaitForAsync(string word)
    {
        var line = LineOf(word).Task;
        await WaitAsync(Task.WhenAny(line, Ended), $"said '{word}'");
        return line.IsCompletedSuccessfully ? await line : null;
    }

    /// <summary>Gives a command that has no answer.</summary>
    internal void Tell(string command)
    {
        lock (_sync)
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
        }
    }

    /// <summary>Writes.</summary>
    /// <returns>The answer; one without outcome and refusal when the process ended before it.</returns>
    internal async Task<ShardAnswer> WriteAsync(OwnedWrite write)
    {
        var answer = _answers.GetOrAdd(write.Operation, _ => new());
        try
        {
            Tell(write.Command);
        }
        catch (IOException) when (IsKilled)
        {
            // Nobody reads the pipe any more.
            return NoAnswer;
        }

        await WaitAsync(Task.WhenAny(answer.Task, Ended), $"answered '{write.Command}'");
        return answer.Task.IsCompletedSuccessfully ? await answer.Task : NoAnswer;
    }

    /// <summary>Sends SIGSTOP and waits until the process stands still.</summary>
    internal async Task PauseAsync()
    {
        Signal("STOP");
        var watch = Stopwatch.StartNew();
        while (StateOf(_process.Id) != 'T')
        {
            Assert.True(watch.Elapsed < Patience, $"The process did not stand still within {Patience}.");
            await Task.Yield();
        }
    }

    /// <summary>Sends SIGCONT.</summary>
    internal void Resume() => Signal("CONT");

    /// <summary>Ends its input, and waits until it has ended of itself.</summary>
    internal async Task EndAsync()
    {
        _process.StandardInput.Close();
        await WaitAsync(_process.WaitForExitAsync(), "ended");
        Assert.Equal(0, _process.ExitCode);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await WaitAsync(_process.WaitForExitAsync(), "ended");
        _process.Dispose();
    }

    private static char StateOf(int process)
    {
        var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        return status[status.LastIndexOf(')') + 2];
    }

    private void Signal(string name)
    {
        using var kill = Process.Start(
            "kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private async Task WaitAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException(
                $"The process has not {what} within {Patience}. Its errors:\n{string.Join('\n', _errors)}",
                late);
        }

        Assert.True(
            IsKilled || !_errors.Any(error => error.Length > 0),
            $"The process has failed:\n{string.Join('\n', _errors)}");
    }

    private TaskCompletionSource<string> LineOf(string word) => _lines.GetOrAdd(
        word, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Read(string? line)
    {
        if (line is null)
        {
            _ended.TrySetResult();
            return;
        }

        if (!IsKilled && _killsAt(line))
        {
            IsKilled = true;
            _process.Kill();
        }

        var words = line.Split(' ');
        switch (words)
        {
            case ["done", var operation, .. var numbers]:
                AcknowledgedCount++;
                var outcome = numbers.Select(it => int.Parse(it, CultureInfo.InvariantCulture)).ToArray();
                Answer(operation, new(new ShardWriteOutcome(outcome[0], outcome[1], outcome[2]), null));
                break;
            case ["refused", var operation, var reason]:
                Answer(operation, new(null, reason));
                break;
            default:
                LineOf(words[0]).TrySetResult(line);
                break;
        }
    }

    private void Answer(string operation, ShardAnswer answer) =>
        _answers.GetOrAdd(operation, _ => new()).TrySetResult(answer);
}
