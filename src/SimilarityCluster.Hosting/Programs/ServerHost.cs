using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Embeddings;
using SimilarityCluster.Gateway;
using SimilarityCluster.Grains;
using SimilarityCluster.Hosting.Roles;
using SimilarityCluster.Hosting.Settings;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Hosting.Programs;

/// <summary>Composes the server of any role.</summary>
internal static class ServerHost
{
    /// <summary>Every setting of a server.</summary>
    public static SettingCatalog Catalog { get; } = new(
        typeof(ServerOptions),
        ("Embedding", typeof(EmbeddingOptions)),
        ("Gateway", typeof(GatewayOptions)),
        ("Memory", typeof(MemoryOptions)),
        ("Search", typeof(SearchOptions)),
        ("Shard", typeof(ShardStoreOptions)));

    /// <summary>Short switches and the settings that they stand for.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["role"] = "Role",
            ["data"] = "Storage:Directory",
            ["models"] = "Embedding:Models",
            ["grpc"] = "Endpoints:Grpc",
            ["http"] = "Endpoints:Http",
        };

    /// <summary>Composes a server that has not been started.</summary>
    /// <param name="prepare">Adds the configuration.</param>
    /// <param name="level">The lowest level logged where <c>Logging</c> does not say.</param>
    /// <returns>The server.</returns>
    /// <exception cref="SettingsException">What was given cannot be used.</exception>
    public static WebApplication Compose(Action<WebApplicationBuilder> prepare, LogLevel level)
    {
        var builder = CommonPart.CreateBuilder(prepare);
        var options = Catalog.Read(builder.Configuration, new ServerOptionsValidator());
        builder.Configuration["Embedding:Models"] ??= Path.Combine(options.Storage.Directory, "models");
        CommonPart.Add(builder, options.Endpoints, options.Drain, level);
        if (options.Role == Role.Gateway)
        {
            ClusterClientPart.Add(builder, options);
        }
        else
        {
            SiloPart.Add(builder, options);
        }

        if (options.Role != Role.Silo)
        {
            GatewayPart.Add(builder, options);
        }

        var application = builder.Build();
        CommonPart.Map(application);
        if (options.Role != Role.Silo)
        {
            application.MapGateway();
        }

        return application;
    }
}
