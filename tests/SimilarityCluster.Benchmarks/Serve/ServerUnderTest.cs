using System.Diagnostics;

namespace SimilarityCluster.Benchmarks.Serve;

/// <summary>The built server as a process of its own, on free loopback ports and an empty disk.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private const string Project = "SimilarityCluster.Server";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan QuietPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan QuietStep = TimeSpan.FromSeconds(1);

    // A server at rest still probes itself and collects garbage now and then.
    private static readonly TimeSpan QuietCpu = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly string _directory;

    private ServerUnderTest(Process process, string directory, Uri grpcAddress) =>
        (_process, _directory, GrpcAddress) = (process, directory, grpcAddress);

    /// <summary>Where gRPC is served.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <returns>The server.</returns>
    /// <exception cref="FileNotFoundException">The server has not been built.</exception>
    /// <exception cref="InvalidOperationException">The server ended before it was ready.</exception>
    public static async Task<ServerUnderTest> StartAsync()
    {
        // .artifacts/bin/<project>/<configuration>/ is where this runs.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var executable = Path.Combine(here.Parent!.Parent!.FullName, Project, here.Name, $"{Project}.dll");
        if (!File.Exists(executable))
        {
            throw new FileNotFoundException("The server is built together with the benchmarks.", executable);
        }

        var directory = Directory.CreateTempSubdirectory("benchmark-").FullName;
        var process = Process.Start(new ProcessStartInfo(
            "dotnet", [executable, "--data", directory, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        using var patience = new CancellationTokenSource(StartPatience);
        Uri? grpc = null;
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            switch (line.Split(' '))
            {
                case ["grpc", var address]:
                    grpc = new Uri(address);
                    break;
                case ["ready"] when grpc is not null:
                    return new ServerUnderTest(process, directory, grpc);
            }
        }

        throw new InvalidOperationException("The server ended before it was ready.");
    }

    /// <summary>Reads the CPU time of the server so far, user and system.</summary>
    /// <returns>The time.</returns>
    public TimeSpan CpuTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Waits until the server has finished what it does behind its answers.</summary>
    /// <returns>When it uses no more CPU than a server at rest.</returns>
    /// <exception cref="TimeoutException">It did not come to rest.</exception>
    public async Task WaitUntilQuietAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        var before = CpuTime();
        while (TimeProvider.System.GetElapsedTime(start) < QuietPatience)
        {
            await Task.Delay(QuietStep);
            var now = CpuTime();
            if (now - before < QuietCpu)
            {
                return;
            }

            before = now;
        }

        throw new TimeoutException($"The server was still busy after {QuietPatience}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
