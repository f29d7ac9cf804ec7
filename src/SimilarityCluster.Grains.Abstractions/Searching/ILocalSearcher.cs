namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>The searcher of the silo in this process, if there is one; a call instead of a message.</summary>
public interface ILocalSearcher
{
    /// <summary>The silo's parsable address.</summary>
    string Silo { get; }

    /// <summary>Does what this silo's <see cref="ISiloSearcherGrain"/> does. Thread-safe.</summary>
    /// <param name="search">Queries and shards.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>The merged hits, and the shards that are not here.</returns>
    /// <exception cref="Shards.SiloOverloadedException">Too many queries wait for a core.</exception>
    Task<SiloSearchResult> SearchAsync(SiloSearchMessage search, CancellationToken cancellationToken);
}
