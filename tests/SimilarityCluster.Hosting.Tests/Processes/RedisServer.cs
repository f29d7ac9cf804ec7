using System.Diagnostics;
using System.Globalization;
using System.Net;
using SimilarityCluster.Hosting.Roles;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>A Redis server of the test's own, on a free loopback port, that keeps nothing.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly DataFolder _folder = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RedisServer(string program, int port)
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[]
                 {
                     "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
                     "--save", string.Empty, "--appendonly", "no", "--dir", _folder.Path,
                 })
        {
            start.ArgumentList.Add(argument);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) == true)
            {
                _ready.TrySetResult();
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Starts a server; skips the test where there is none to start.</summary>
    /// <returns>The server.</returns>
    public static async Task<RedisServer> StartAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "redis-server is not on PATH.");
        var redis = new RedisServer(program!, FreePorts.Choose(IPAddress.Loopback, wanted: 0));
        await redis._ready.Task.WaitAsync(Patience);
        return redis;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
