using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Collections;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Records;
using SimilarityCluster.Gateway.Searching;
using SimilarityCluster.Gateway.Snapshots;

namespace SimilarityCluster.Gateway;

/// <summary>Puts the gateway into a host.</summary>
public static class GatewayRegistration
{
    /// <summary>Adds gRPC and the services of the gateway.</summary>
    /// <param name="services">
    /// Must get an <see cref="IGrainFactory"/> from an Orleans client or silo. Where an
    /// <see cref="IEmbedder"/> is there, before or after, it is used; otherwise the workers of
    /// <see cref="WorkerOptions"/> are.
    /// </param>
    /// <param name="configuration">Has the sections <c>Gateway</c> and <c>Embedding</c>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddGateway(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section))
            .ValidateOnStart();
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection(WorkerOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = WireLimits.MaxMessageBytes;
            grpc.MaxSendMessageSize = WireLimits.MaxMessageBytes;
            grpc.Interceptors.Add<ErrorInterceptor>();
        });

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEmbedder, WorkerEmbedder>();
        services.AddSingleton<ErrorMapper>();
        services.AddSingleton<ErrorInterceptor>();
        services.AddSingleton<AdmissionLimits>();
        services.AddSingleton<ClusterGrains>();
        services.AddSingleton<ShardLocator>();
        services.AddSingleton<CollectionCache>();
        services.AddSingleton<RetryPause>();
        services.AddSingleton<ShardCalls>();
        services.AddSingleton<CheckedEmbedder>();
        services.AddSingleton<RecordReader>();
        services.AddSingleton<RecordWriter>();
        services.AddSingleton<QueryPreparer>();
        services.AddSingleton<FanOut>();
        services.AddSingleton<SearchRunner>();

        // As singletons, so that a call does not make its service anew.
        services.AddSingleton<CollectionGrpcService>();
        services.AddSingleton<RecordGrpcService>();
        services.AddSingleton<SearchGrpcService>();
        services.AddSingleton<EmbeddingGrpcService>();
        services.AddSingleton<SnapshotCalls>();
        services.AddSingleton<SnapshotGrpcService>();
        return services;
    }

    /// <summary>Maps the five services.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <returns>The same endpoints.</returns>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapGrpcService<CollectionGrpcService>().Add(RefusedMessage.Explain);
        endpoints.MapGrpcService<RecordGrpcService>().Add(RefusedMessage.Explain);
        endpoints.MapGrpcService<SearchGrpcService>().Add(RefusedMessage.Explain);
        endpoints.MapGrpcService<EmbeddingGrpcService>().Add(RefusedMessage.Explain);
        endpoints.MapGrpcService<SnapshotGrpcService>().Add(RefusedMessage.Explain);
        return endpoints;
    }
}
