using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace SimilarityCluster.Hosting.Telemetry;

/// <summary>The meters that <c>/metrics</c> shows.</summary>
internal static class Metrics
{
    /// <summary>Adds the meters and the Prometheus exporter.</summary>
    /// <param name="services">The process's services.</param>
    public static void Add(IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(
                "SimilarityCluster.*",
                "Microsoft.Orleans",
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "System.Runtime")
            .AddPrometheusExporter());
}
