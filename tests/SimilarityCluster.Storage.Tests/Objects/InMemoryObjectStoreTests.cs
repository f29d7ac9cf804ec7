using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Objects;

/// <summary>The store that other tests build on keeps the contract, too.</summary>
public sealed class InMemoryObjectStoreTests : ObjectStoreConformance
{
    protected override IObjectStore Store { get; } = new InMemoryObjectStore();
}
