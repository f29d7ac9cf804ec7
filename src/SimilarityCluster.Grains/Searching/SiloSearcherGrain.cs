using Orleans.Placement;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Grains.Searching;

/// <summary>Makes the searcher of a silo callable from other processes.</summary>
[GrainType("silo-searcher"), OnSiloOfKey, Immovable, KeepAlive]
internal sealed class SiloSearcherGrain(ILocalSearcher searcher) : Grain, ISiloSearcherGrain
{
    /// <inheritdoc/>
    public Task<SiloSearchResult> SearchAsync(
        SiloSearchMessage search, CancellationToken cancellationToken) =>
        searcher.SearchAsync(search, cancellationToken);
}
