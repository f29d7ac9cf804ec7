using System.Collections.Concurrent;
using System.Diagnostics;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>A built executable of the project as a process of its own, on free loopback ports.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> NoVariables = new(StringComparer.Ordinal);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(ExecutableOf(project));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => ReadLine(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? string.Empty);
        _process.Exited += (_, _) =>
            _ready.TrySetException(new InvalidOperationException("The process has ended."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where gRPC is served, once ready.</summary>
    public Uri GrpcAddress { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Where health and metrics are served, once ready.</summary>
    public Uri HttpAddress { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Everything on the standard output so far, line by line.</summary>
    public ConcurrentQueue<string> Output { get; } = new();

    /// <summary>Everything on the standard error stream so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="arguments">Its command line, beside free ports.</param>
    /// <returns>The server.</returns>
    public static Task<ServerProcess> StartServerAsync(params IEnumerable<string> arguments) =>
        StartAsync("SimilarityCluster.Server", arguments);

    /// <summary>Starts a server with environment variables of its own and waits until it is ready.</summary>
    /// <param name="environment">Environment variables beside the inherited ones.</param>
    /// <param name="arguments">Its command line, beside free ports.</param>
    /// <returns>The server.</returns>
    public static Task<ServerProcess> StartServerAsync(
        IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        StartAsync("SimilarityCluster.Server", arguments, environment);

    /// <summary>Starts an embedding worker and waits until it is ready.</summary>
    /// <param name="arguments">Its command line, beside free ports.</param>
    /// <returns>The worker.</returns>
    public static Task<ServerProcess> StartWorkerAsync(params IEnumerable<string> arguments) =>
        StartAsync("SimilarityCluster.EmbeddingWorker", arguments);

    /// <summary>Runs a server that is expected to end by itself.</summary>
    /// <param name="arguments">Its whole command line.</param>
    /// <param name="environment">Environment variables beside the inherited ones.</param>
    /// <param name="project">The executable's project.</param>
    /// <returns>The exit code and the standard error stream.</returns>
    public static async Task<(int ExitCode, string Errors)> RunToEndAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string project = "SimilarityCluster.Server")
    {
        await using var server = new ServerProcess(project, arguments, environment ?? NoVariables);
        var exitCode = await server.WaitForExitAsync();
        return (exitCode, server.Errors);
    }

    /// <summary>Ends the process at once, as a power cut would.</summary>
    /// <returns>When it is gone.</returns>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Asks the process to stop.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException(
                $"The process did not end within {Patience}. It said:\n{Errors}", late);
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var server = new ServerProcess(
            project,
            ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", .. arguments],
            environment ?? NoVariables);
        try
        {
            await server._ready.Task.WaitAsync(Patience);
            return server;
        }
        catch (Exception problem) when (problem is TimeoutException or InvalidOperationException)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException(
                $"{project} did not become ready: {problem.Message} It said:\n{server.Errors}", problem);
        }
    }

    private static string ExecutableOf(string project)
    {
        // .artifacts/bin/<test project>/<configuration>/ is where this runs.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"{project}.dll");
    }

    private void ReadLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        Output.Enqueue(line);
        switch (line.Split(' '))
        {
            case ["grpc", var address]:
                GrpcAddress = new Uri(address);
                break;
            case ["http", var address]:
                HttpAddress = new Uri(address);
                break;
            case ["ready"]:
                _ready.TrySetResult();
                break;
        }
    }
}
