using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Hosting.Serving;
using SimilarityCluster.Hosting.Settings;
using SimilarityCluster.Hosting.Telemetry;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>What every process has: endpoints, health, reflection, metrics, logs, a bounded end.</summary>
internal static class CommonPart
{
    private static readonly TimeSpan TimeToClose = TimeSpan.FromSeconds(15);

    /// <summary>Makes a process that has nothing but its configuration yet.</summary>
    /// <param name="prepare">Adds the configuration.</param>
    /// <returns>The process.</returns>
    public static WebApplicationBuilder CreateBuilder(Action<WebApplicationBuilder> prepare)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(CommonPart).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        prepare(builder);
        return builder;
    }

    /// <summary>Adds the services.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="endpoints">Where it listens.</param>
    /// <param name="drain">How it ends.</param>
    /// <param name="level">The lowest level logged where <c>Logging</c> does not say.</param>
    public static void Add(
        WebApplicationBuilder builder, EndpointOptions endpoints, DrainOptions drain, LogLevel level)
    {
        Logs.Add(builder.Logging, builder.Configuration, level);
        Metrics.Add(builder.Services);
        HealthEndpoints.Add(builder.Services, drain);
        Listening.Add(builder, endpoints);
        // Hosted services stop in the reverse order of their start: Kestrel first, which lets calls in flight
        // finish or cuts them off, then what they stand on.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drain.Timeout + TimeToClose);
    }

    /// <summary>Maps the paths.</summary>
    /// <param name="application">The process.</param>
    public static void Map(WebApplication application)
    {
        HealthEndpoints.Map(application);
        application.MapPrometheusScrapingEndpoint();
    }
}
