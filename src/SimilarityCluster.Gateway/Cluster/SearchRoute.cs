using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>The silos to ask for some shards.</summary>
/// <param name="Silos">Each silo once.</param>
/// <param name="Unlocated">Shards that no silo holds now.</param>
internal sealed record SearchRoute(SiloShards[] Silos, int[] Unlocated);

/// <summary>The shards that one silo is asked for.</summary>
/// <param name="Silo">The silo's parsable address.</param>
/// <param name="Searcher">Its searcher.</param>
/// <param name="Shards">Ascending.</param>
internal sealed record SiloShards(string Silo, ISiloSearcherGrain Searcher, int[] Shards);
