using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Building;
using SimilarityCluster.Grains.Searching;
using SimilarityCluster.Grains.Shards;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Grains;

/// <summary>Makes a silo one of this cluster.</summary>
public static class SimilarityGrainsExtensions
{
    /// <summary>
    /// Adds what the grains need but the <see cref="Storage.Objects.IObjectStore"/>: the host registers it.
    /// </summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configuration">
    /// Has <c>Search</c> for <see cref="SearchOptions"/>, <c>Shard</c> for <see cref="ShardStoreOptions"/>,
    /// <c>Memory</c> for <see cref="MemoryOptions"/>.
    /// </param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSimilarityGrains(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<SearchOptions>().Bind(configuration.GetSection("Search")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SearchOptions>, SearchOptionsValidator>();
        services.AddOptions<ShardStoreOptions>().Bind(configuration.GetSection("Shard")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ShardStoreOptions>, ShardStoreOptionsValidator>();
        services.AddOptions<MemoryOptions>().Bind(configuration.GetSection("Memory")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MemoryOptions>, MemoryOptionsValidator>();
        services.AddSingleton(provider => MemoryBudget.OfProcess(
            provider.GetRequiredService<IOptions<MemoryOptions>>().Value.BytesLimit,
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ShardRegistry>();
        services.AddSingleton<SearchPool>();
        services.AddSingleton<ILocalSearcher, LocalSearcher>();
        services.AddSingleton<BuilderScheduler>();
        services.AddPlacementDirector<SiloOfKeyPlacement, SiloOfKeyDirector>();
        return services;
    }
}
