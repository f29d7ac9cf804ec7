using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Storage.Tests.Memory;

public sealed class MemoryOptionsTests
{
    [Fact]
    public void Defaults_NothingSet_AreThoseOfTheReadme() => Assert.Equal(0, new MemoryOptions().BytesLimit);
}
