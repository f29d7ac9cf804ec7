using SimilarityCluster.Cli.Demo;

namespace SimilarityCluster.Cli.Tests.Demo;

public sealed class PercentilesTests
{
    [Theory]
    [InlineData(.50, 50)]
    [InlineData(.99, 99)]
    [InlineData(1.0, 100)]
    [InlineData(.001, 1)]
    public void At_OneToHundred_IsTheNearestRank(double share, double expected) =>
        Assert.Equal(
            expected, Percentiles.At([.. Enumerable.Range(1, 100).Reverse().Select(i => (double)i)], share));

    [Fact]
    public void At_OneValue_IsThatValue() => Assert.Equal(7, Percentiles.At([7], .5));
}
