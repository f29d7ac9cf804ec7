using SimilarityCluster.Index.Calibration;

namespace SimilarityCluster.Index.Tests.Calibration;

public sealed class RecallTableTests
{
    [Fact]
    public void BreadthFor_RisingRecalls_GivesTheLeastThatReachesTheTarget()
    {
        var table = Table(0.8, 0.9, 0.95, 0.99);
        Assert.Equal(RecallTable.Breadths[0], table.BreadthFor(0.5, 10));
        Assert.Equal(RecallTable.Breadths[2], table.BreadthFor(0.95, 10));
        Assert.Equal(RecallTable.Breadths[3], table.BreadthFor(0.951, 10));
        Assert.Equal(0, table.BreadthFor(0.995, 10));
    }

    [Fact]
    public void BreadthFor_ARecallThatFalls_CountsAsTheOneBefore() =>
        Assert.Equal(RecallTable.Breadths[1], Table(0.8, 0.9, 0.7).BreadthFor(0.85, 10));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(1_000, 100)]
    public void BreadthFor_MoreHits_GrowsInProportion(int limit, int times) =>
        Assert.Equal(RecallTable.Breadths[0] * times, Table(0.8).BreadthFor(0.8, limit));

    [Fact]
    public void Breadths_Always_AscendFromTheHitsToAThousand()
    {
        Assert.Equal((10, 1_000), (RecallTable.Breadths[0], RecallTable.Breadths[^1]));
        Assert.Equal(RecallTable.Breadths.Distinct().Order(), RecallTable.Breadths);
    }

    // The last recall holds for all larger breadths.
    private static RecallTable Table(params double[] recalls) => new([.. RecallTable.Breadths
        .Select((_, index) => recalls[Math.Min(index, recalls.Length - 1)])]);
}
