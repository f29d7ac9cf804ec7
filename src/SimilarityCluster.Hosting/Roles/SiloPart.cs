using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SimilarityCluster.Grains;
using SimilarityCluster.Hosting.Settings;
using StackExchange.Redis;
using ClusterOptions = Orleans.Configuration.ClusterOptions;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>The silo: Orleans, the grains, and the store under them.</summary>
internal static class SiloPart
{
    /// <summary>Adds the silo.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="options">Its settings.</param>
    public static void Add(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Services.AddSingleton(
            services => new ServerStore(options.Storage, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => services.GetRequiredService<ServerStore>().Objects);
        builder.Services.AddSimilarityGrains(builder.Configuration);
        builder.UseOrleans(silo =>
        {
            JoinCluster(silo, options.Cluster);
            Liveness.ConfigureConnections(silo.Services);
        });
    }

    private static void JoinCluster(ISiloBuilder silo, Settings.ClusterOptions cluster)
    {
        if (cluster.Membership == Membership.Localhost)
        {
            // No Orleans client ever connects to a single process: gateway port 0 opens none.
            silo.UseLocalhostClustering(
                FreePorts.Choose(IPAddress.Loopback, cluster.SiloPort), gatewayPort: 0,
                serviceId: cluster.ServiceId, clusterId: cluster.ClusterId);
            return;
        }

        var address = IPAddress.Parse(cluster.AdvertisedAddress);
        silo.Configure<ClusterOptions>(
            names => (names.ServiceId, names.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
        silo.ConfigureEndpoints(
            address,
            FreePorts.Choose(address, cluster.SiloPort),
            FreePorts.Choose(address, cluster.GatewayPort),
            listenOnAnyHostAddress: false);
        silo.UseRedisClustering(
            redis => redis.ConfigurationOptions = ConfigurationOptions.Parse(cluster.Redis!));
        Liveness.ConfigureMembership(silo.Services);
    }
}
