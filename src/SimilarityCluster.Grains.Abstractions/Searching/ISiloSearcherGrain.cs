using Orleans.Concurrency;

namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>
/// Searches the shards that are open on one silo, in one call; key: the silo's parsable address.
/// </summary>
[Alias("similarity.silo-searcher.v1")]
public interface ISiloSearcherGrain : IGrainWithStringKey
{
    /// <summary>Searches and merges. Stops walking when cancelled.</summary>
    /// <param name="search">Queries and shards.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>The merged hits, and the shards that are not here.</returns>
    /// <exception cref="Shards.SiloOverloadedException">Too many queries wait for a core.</exception>
    [Alias("search"), AlwaysInterleave]
    Task<SiloSearchResult> SearchAsync(SiloSearchMessage search, CancellationToken cancellationToken);
}
