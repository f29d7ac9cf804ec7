using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SimilarityCluster.Contracts;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Serving;

/// <summary>
/// What every process serves: health by gRPC and HTTP, reflection, and calls that end when it stops.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Adds the services.</summary>
    /// <param name="services">The process's services.</param>
    /// <param name="drain">How the process ends.</param>
    public static void Add(IServiceCollection services, DrainOptions drain)
    {
        services.AddSingleton(drain);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<HealthServiceImpl>();
        services.AddSingleton<ServingState>();
        services.AddSingleton<DrainInterceptor>();
        services.AddRouting();
        services.AddGrpcReflection();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = WireLimits.MaxMessageBytes;
            grpc.MaxSendMessageSize = WireLimits.MaxMessageBytes;
            grpc.Interceptors.Add<DrainInterceptor>();
        });
    }

    /// <summary>Maps the paths.</summary>
    /// <param name="application">The process.</param>
    public static void Map(WebApplication application)
    {
        var state = application.Services.GetRequiredService<ServingState>();
        application.MapGrpcService<HealthServiceImpl>();
        application.MapGrpcReflectionService();
        application.MapGet("/healthz/live", static () => "live");
        application.MapGet("/healthz/ready", () => state.IsReady
            ? Results.Text("ready")
            : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
