using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Objects;

/// <summary>The simulated disk carries the store as a real one does.</summary>
public sealed class SimulatedLocalObjectStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly LocalObjectStore _store =
        LocalObjectStore.Open("/new/data", shared: false, new SimulatedDisk());

    protected override IObjectStore Store => _store;

    public void Dispose() => _store.Dispose();
}
