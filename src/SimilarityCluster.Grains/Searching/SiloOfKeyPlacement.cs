#pragma warning disable MA0048 // The attribute is the strategy's only use.
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace SimilarityCluster.Grains.Searching;

/// <summary>Places a grain on the silo whose parsable address is its key.</summary>
[GenerateSerializer, Immutable, Alias("similarity.silo-of-key.v1")]
internal sealed class SiloOfKeyPlacement : PlacementStrategy;

/// <summary>Marks grains that are placed by <see cref="SiloOfKeyPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnSiloOfKeyAttribute() : PlacementAttribute(new SiloOfKeyPlacement());

/// <summary>Decides for <see cref="SiloOfKeyPlacement"/>.</summary>
internal sealed class SiloOfKeyDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        var silo = SiloAddress.FromParsableString(key);
        return context.GetCompatibleSilos(target).Contains(silo)
            ? Task.FromResult(silo)
            : throw new SiloUnavailableException($"There is no silo {key} any more.");
    }
}
