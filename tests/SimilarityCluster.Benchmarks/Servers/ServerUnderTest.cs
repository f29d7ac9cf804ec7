using System.Diagnostics;

namespace SimilarityCluster.Benchmarks.Servers;

/// <summary>The built server as a process of its own, on free loopback ports.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private const string Project = "SimilarityCluster.Server";
    private const string OpenMark = "is open in epoch";
    private const string BuilderName = "builder"; // See BuilderScheduler.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan QuietPatience = TimeSpan.FromHours(2);
    private static readonly TimeSpan QuietStep = TimeSpan.FromSeconds(1);

    // A server at rest still probes itself and collects garbage now and then: 2 % of a core in three steps.
    private const int QuietSteps = 3;
    private static readonly TimeSpan QuietCpu = TimeSpan.FromMilliseconds(60);

    private readonly Process _process;
    private readonly string? _temporary;
    private readonly long _start;
    private long _opened;

    private ServerUnderTest(Process process, long start, string directory, string? temporary)
    {
        (_process, _start, _temporary) = (process, start, temporary);
        Directory = new ServerDirectory(directory);
        AppDomain.CurrentDomain.ProcessExit += End;
    }

    /// <summary>Where gRPC is served.</summary>
    public Uri GrpcAddress { get; private set; } = null!;

    /// <summary>Its data.</summary>
    public ServerDirectory Directory { get; }

    /// <summary>Time from the start of the process until it said that it is ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Time from the start of the process until its log said that a shard is open.</summary>
    /// <remarks>Null before that. The log is written behind the work, a few milliseconds later.</remarks>
    public TimeSpan? OpenAfter =>
        Volatile.Read(ref _opened) is > 0 and var opened ? Stopwatch.GetElapsedTime(_start, opened) : null;

    /// <summary>Time since the start of the process.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    /// <summary>Starts a server on an empty temporary directory and waits until it is ready.</summary>
    /// <param name="settings">Further words of its command line.</param>
    /// <returns>The server.</returns>
    /// <exception cref="FileNotFoundException">The server has not been built.</exception>
    /// <exception cref="InvalidOperationException">The server ended before it was ready.</exception>
    public static Task<ServerUnderTest> StartAsync(params string[] settings)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("benchmark-").FullName;
        return StartAsync(directory, directory, settings);
    }

    /// <summary>Starts a server on a directory, which stays, and waits until it is ready.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The server.</returns>
    /// <exception cref="FileNotFoundException">The server has not been built.</exception>
    /// <exception cref="InvalidOperationException">The server ended before it was ready.</exception>
    public static Task<ServerUnderTest> StartOnAsync(string directory) => StartAsync(directory, null, []);

    /// <summary>Reads the CPU time of the server so far, user and system.</summary>
    /// <returns>The time.</returns>
    public TimeSpan CpuTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Reads the CPU time of the threads that build and merge graphs.</summary>
    /// <returns>The time.</returns>
    public TimeSpan BuilderCpuTime() => ThreadTimes.Of(_process.Id, BuilderName);

    /// <summary>Reads how much memory the server takes.</summary>
    /// <returns>The sizes.</returns>
    public ServerMemory Memory() => ServerMemory.Of(_process.Id);

    /// <summary>Waits until the server has finished what it does behind its answers.</summary>
    /// <remarks>
    /// A process does not tell whether it indexes, seals or merges. So its CPU time is looked at every
    /// second: it is at rest when it used less than 2 % of a core for three of them.
    /// </remarks>
    /// <returns>The time stamp at which it came to rest: the beginning of those seconds.</returns>
    /// <exception cref="TimeoutException">It did not come to rest.</exception>
    public async Task<long> WaitUntilQuietAsync()
    {
        var looks = new Queue<(long Time, TimeSpan Cpu)>();
        looks.Enqueue((Stopwatch.GetTimestamp(), CpuTime()));
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < QuietPatience)
        {
            await Task.Delay(QuietStep);
            var now = CpuTime();
            if (looks.Count == QuietSteps)
            {
                var (time, cpu) = looks.Dequeue();
                if (now - cpu < QuietCpu)
                {
                    return time;
                }
            }

            looks.Enqueue((Stopwatch.GetTimestamp(), now));
        }

        throw new TimeoutException($"The server was still busy after {QuietPatience}.");
    }

    /// <summary>Ends the server with SIGKILL, so that it cannot put anything in order.</summary>
    /// <returns>When it is gone.</returns>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        await KillAsync();
        _process.Dispose();
        RemoveTemporary();
    }

    private static async Task<ServerUnderTest> StartAsync(
        string directory, string? temporary, string[] settings)
    {
        // .artifacts/bin/<project>/<configuration>/ is where this runs.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var executable = Path.Combine(here.Parent!.Parent!.FullName, Project, here.Name, $"{Project}.dll");
        if (!File.Exists(executable))
        {
            throw new FileNotFoundException("The server is built together with the benchmarks.", executable);
        }

        string[] words =
        [
            executable, "--data", directory, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", .. settings,
        ];
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var server = new ServerUnderTest(process, start, directory, temporary);
        try
        {
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(StartPatience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            switch (line.Split(' '))
            {
                case ["grpc", var address]:
                    GrpcAddress = new Uri(address);
                    break;
                case ["ready"] when GrpcAddress is not null:
                    ReadyAfter = Age;
                    return;
            }
        }

        throw new InvalidOperationException("The server ended before it was ready.");
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.Contains(OpenMark, StringComparison.Ordinal))
        {
            Interlocked.CompareExchange(ref _opened, Stopwatch.GetTimestamp(), 0);
        }

        Console.Error.WriteLine(line);
    }

    // The benchmark itself is asked to end.
    private void End(object? sender, EventArgs arguments)
    {
        _process.Kill();
        _process.WaitForExit();
        RemoveTemporary();
    }

    private void RemoveTemporary()
    {
        if (_temporary is not null)
        {
            System.IO.Directory.Delete(_temporary, recursive: true);
        }
    }
}
