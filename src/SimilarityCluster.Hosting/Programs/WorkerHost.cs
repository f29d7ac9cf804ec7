using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Embeddings;
using SimilarityCluster.Embeddings.Serving;
using SimilarityCluster.Hosting.Roles;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Programs;

/// <summary>Composes the embedding worker.</summary>
internal static class WorkerHost
{
    /// <summary>Every setting of a worker.</summary>
    public static SettingCatalog Catalog { get; } = new(
        typeof(WorkerProcessOptions), ("Embedding", typeof(EmbeddingOptions)));

    /// <summary>Short switches and the settings that they stand for.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["models"] = "Embedding:Models",
            ["provider"] = "Embedding:Provider",
            ["grpc"] = "Endpoints:Grpc",
            ["http"] = "Endpoints:Http",
        };

    /// <summary>Composes a worker that has not been started.</summary>
    /// <param name="prepare">Adds the configuration.</param>
    /// <param name="level">The lowest level logged where <c>Logging</c> does not say.</param>
    /// <returns>The worker.</returns>
    /// <exception cref="SettingsException">What was given cannot be used.</exception>
    public static WebApplication Compose(Action<WebApplicationBuilder> prepare, LogLevel level)
    {
        var builder = CommonPart.CreateBuilder(prepare);
        var options = Catalog.Read(builder.Configuration, new WorkerProcessOptionsValidator());
        builder.Configuration["Embedding:Models"] ??= "./data/models";
        CommonPart.Add(builder, options.Endpoints, options.Drain, level);
        builder.Services.AddEmbeddings(builder.Configuration);
        var application = builder.Build();
        CommonPart.Map(application);
        application.MapGrpcService<EmbeddingGrpcService>();
        return application;
    }
}
