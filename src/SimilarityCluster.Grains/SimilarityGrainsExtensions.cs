using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Grains.Building;
using SimilarityCluster.Grains.Searching;
using SimilarityCluster.Grains.Shards;

namespace SimilarityCluster.Grains;

/// <summary>Makes a silo one of this cluster.</summary>
public static class SimilarityGrainsExtensions
{
    /// <summary>
    /// Adds what the grains need. The host registers <see cref="Storage.Objects.IObjectStore"/> beside it, and may
    /// configure <see cref="Storage.ShardStoreOptions"/>; <see cref="SearchPoolOptions"/> are bound here.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddSimilarityGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        services.AddOptions<SearchPoolOptions>().BindConfiguration(SearchPoolOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SearchPoolOptions>, SearchPoolOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ShardRegistry>();
        services.AddSingleton<SearchPool>();
        services.AddSingleton<BuilderScheduler>();
        services.AddPlacementDirector<SiloOfKeyPlacement, SiloOfKeyDirector>();
        return silo;
    }
}
