using System.Net;
using Orleans.Runtime.Placement;
using SimilarityCluster.Grains.Searching;

namespace SimilarityCluster.Grains.Tests.Searching;

public sealed class SiloOfKeyPlacementTests
{
    private static readonly SiloAddress[] Silos =
        [.. Enumerable.Range(1, 3).Select(port => SiloAddress.New(IPAddress.Loopback, port, generation: 7))];

    [Fact]
    public async Task OnAddActivation_KeyOfALiveSilo_PlacesItThere()
    {
        foreach (var silo in Silos)
        {
            Assert.Equal(silo, await PlaceAsync(silo.ToParsableString()));
        }
    }

    [Fact]
    public async Task OnAddActivation_EarlierLifeOfASilo_ThrowsUnavailable() =>
        await Assert.ThrowsAsync<SiloUnavailableException>(
            () => PlaceAsync(SiloAddress.New(IPAddress.Loopback, 1, generation: 6).ToParsableString()));

    private static Task<SiloAddress> PlaceAsync(string key) => new SiloOfKeyDirector().OnAddActivation(
        new SiloOfKeyPlacement(),
        new PlacementTarget(GrainId.Create("silo-searcher", key), [], default, 0),
        new Context());

    private sealed class Context : IPlacementContext
    {
        public SiloAddress LocalSilo => Silos[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => Silos;

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(
            PlacementTarget target) =>
            new Dictionary<ushort, SiloAddress[]> { [0] = Silos };
    }
}
