using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using SimilarityCluster.Hosting.Settings;
using StackExchange.Redis;
using ClusterOptions = Orleans.Configuration.ClusterOptions;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>The way of a gateway process to the silos.</summary>
internal static class ClusterClientPart
{
    /// <summary>Adds the Orleans client.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="options">Its settings.</param>
    public static void Add(WebApplicationBuilder builder, ServerOptions options)
    {
        var cluster = options.Cluster;
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(
                names => (names.ServiceId, names.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
            client.UseRedisClustering(
                redis => redis.ConfigurationOptions = ConfigurationOptions.Parse(cluster.Redis!));
            client.UseConnectionRetryFilter<WaitForSilos>();
            Liveness.ConfigureConnections(client.Services);
            // A silo that comes back does so under another address.
            client.Configure<GatewayOptions>(
                gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
        });
    }
}

/// <summary>Lets a gateway that starts before any silo wait for one.</summary>
/// <param name="time">The clock.</param>
/// <param name="log">Says what is waited for.</param>
internal sealed partial class WaitForSilos(TimeProvider time, ILogger<WaitForSilos> log)
    : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(
        Exception exception,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exception);
        LogWaiting(exception.Message);
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo can be reached yet: {Problem}")]
    private partial void LogWaiting(string problem);
}
