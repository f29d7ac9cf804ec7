#pragma warning disable MA0048 // A route is read with its parts.
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>Searches the shards of one silo.</summary>
/// <param name="search">Queries and shards.</param>
/// <param name="cancellationToken">Stops the walk.</param>
/// <returns>The merged hits, and the shards that are not there.</returns>
internal delegate Task<SiloSearchResult> SiloSearch(
    SiloSearchMessage search, CancellationToken cancellationToken);

/// <summary>The silos to ask for some shards.</summary>
/// <param name="Silos">Each silo once.</param>
/// <param name="Unlocated">Shards that no silo holds now.</param>
internal sealed record SearchRoute(SiloShards[] Silos, int[] Unlocated);

/// <summary>The shards that one silo is asked for.</summary>
/// <param name="Silo">The silo's parsable address.</param>
/// <param name="Search">Its search.</param>
/// <param name="Shards">Ascending.</param>
internal sealed record SiloShards(string Silo, SiloSearch Search, int[] Shards);
