using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Embeddings.Serving;

namespace SimilarityCluster.Embeddings;

/// <summary>Registers embedding with a host.</summary>
public static class EmbeddingServices
{
    /// <summary>
    /// Adds the <see cref="EmbeddingEngine"/>, started with the host; map
    /// <see cref="EmbeddingGrpcService"/> to serve it over gRPC.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">
    /// The whole configuration; <see cref="EmbeddingOptions.Section"/> is read.
    /// </param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEmbeddings(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<EmbeddingOptions>()
            .Bind(configuration.GetSection(EmbeddingOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmbeddingOptions>, EmbeddingOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<EmbeddingEngine>();
        services.AddHostedService<EmbeddingStartup>();
        return services;
    }
}
