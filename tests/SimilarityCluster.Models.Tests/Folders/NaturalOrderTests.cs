using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Models.Tests.Folders;

public sealed class NaturalOrderTests
{
    [Theory]
    [InlineData("9", "10")]
    [InlineData("v9", "v10")]
    [InlineData("1.9.3", "1.10")]
    [InlineData("1", "1.1")]
    [InlineData("01", "1")]
    [InlineData("a", "b")]
    public void Compare_SmallerFirst_IsNegative(string smaller, string larger)
    {
        Assert.True(NaturalOrder.Instance.Compare(smaller, larger) < 0);
        Assert.True(NaturalOrder.Instance.Compare(larger, smaller) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(larger, larger));
    }
}
