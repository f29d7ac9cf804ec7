using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SimilarityCluster.Embeddings;
using SimilarityCluster.Gateway;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Hosting.Embedding;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>The gateway, and who embeds for it.</summary>
internal static class GatewayPart
{
    /// <summary>Adds the services.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="options">Its settings.</param>
    public static void Add(WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.Embedding.Workers.Count == 0)
        {
            builder.Services.AddEmbeddings(builder.Configuration);
            builder.Services.AddSingleton<IEmbedder, LocalEmbedder>();
        }

        // Asks the workers where nobody else embeds.
        builder.Services.AddGateway(builder.Configuration);
    }
}
