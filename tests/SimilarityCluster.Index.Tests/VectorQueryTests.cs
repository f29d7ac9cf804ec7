namespace SimilarityCluster.Index.Tests;

public sealed class VectorQueryTests
{
    [Fact]
    public void MaxDistance_NotANumberOrNotGiven_IsInfinite()
    {
        Assert.Equal(float.PositiveInfinity, new VectorQuery([1f], 1).MaxDistance);
        var unsaid = new VectorQuery([1f], 1) { MaxDistance = float.NaN };
        Assert.Equal(float.PositiveInfinity, unsaid.MaxDistance);
        Assert.Equal(-2f, new VectorQuery([1f], 1) { MaxDistance = -2f }.MaxDistance);
    }
}
