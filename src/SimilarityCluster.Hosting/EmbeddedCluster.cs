using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Hosting.Programs;
using SimilarityCluster.Hosting.Serving;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting;

/// <summary>
/// The whole server, role <c>all</c>, inside the calling process; for tests, <c>demo</c> and embedding.
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private const string DirectoryKey = "Storage:Directory";

    private readonly WebApplication _application;
    private readonly string? _temporaryDirectory;

    private EmbeddedCluster(WebApplication application, string? temporaryDirectory)
    {
        (_application, _temporaryDirectory) = (application, temporaryDirectory);
        (GrpcAddress, HttpAddress) = Listening.AddressesOf(application);
    }

    /// <summary>Where gRPC is served, cleartext HTTP/2.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>Where health and metrics are served, HTTP/1.1.</summary>
    public Uri HttpAddress { get; }

    /// <summary>Starts a server on free loopback ports.</summary>
    /// <param name="settings">
    /// Configuration by key, for instance <c>Storage:Directory</c>; where endpoints are not given, free ports
    /// are taken, and without a directory a temporary one, which is removed at the end. Warnings are logged,
    /// unless <c>Logging</c> says otherwise. The environment and its signals are left to the calling process.
    /// </param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running server; dispose it to drain and stop it.</returns>
    /// <exception cref="SettingsException">A setting is not known or cannot be used.</exception>
    /// <exception cref="IOException">Another process holds the directory, or a port is taken.</exception>
    public static async Task<EmbeddedCluster> StartAsync(
        IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var given = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Endpoints:Grpc"] = "127.0.0.1:0",
            ["Endpoints:Http"] = "127.0.0.1:0",
        };
        foreach (var (key, value) in settings)
        {
            given[key] = value;
        }

        ServerHost.Catalog.CheckNames(given.Keys);
        var temporary = given.ContainsKey(DirectoryKey)
            ? null
            : Directory.CreateTempSubdirectory("simcluster-").FullName;
        given.TryAdd(DirectoryKey, temporary);
        WebApplication? application = null;
        try
        {
            application = ServerHost.Compose(builder => Prepare(builder, given), LogLevel.Warning);
            await ProgramRunner.StartAsync(application, cancellationToken);
            return new EmbeddedCluster(application, temporary);
        }
        catch
        {
            await CleanUpAsync(application, temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await CleanUpAsync(_application, _temporaryDirectory);
    }

    private static void Prepare(WebApplicationBuilder builder, Dictionary<string, string?> settings)
    {
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
    }

    private static async ValueTask CleanUpAsync(WebApplication? application, string? temporaryDirectory)
    {
        if (application is not null)
        {
            await application.DisposeAsync();
        }

        if (temporaryDirectory is not null)
        {
            Directory.Delete(temporaryDirectory, recursive: true);
        }
    }
}

/// <summary>Leaves signals to the calling process.</summary>
internal sealed class CallersLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
