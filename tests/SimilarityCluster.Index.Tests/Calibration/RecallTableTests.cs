using SimilarityCluster.Index.Calibration;

namespace SimilarityCluster.Index.Tests.Calibration;

public sealed class RecallTableTests
{
    [Fact]
    public void BreadthFor_RisingRecalls_GivesTheLeastThatReachesTheTarget()
    {
        var table = Table(0.8f, 0.9f, 0.95f, 0.99f);
        Assert.Equal(RecallTable.Ladder[0], table.BreadthFor(0.5, 10));
        Assert.Equal(RecallTable.Ladder[2], table.BreadthFor(0.95, 10));
        Assert.Equal(RecallTable.Ladder[3], table.BreadthFor(0.951, 10));
        Assert.Equal(0, table.BreadthFor(0.995, 10));
    }

    [Fact]
    public void BreadthFor_ARecallThatFalls_CountsAsTheOneBefore() =>
        Assert.Equal(RecallTable.Ladder[1], Table(0.8f, 0.9f, 0.7f).BreadthFor(0.85, 10));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(1_000, 100)]
    public void BreadthFor_MoreHits_GrowsInProportion(int limit, int times) =>
        Assert.Equal(RecallTable.Ladder[0] * times, Table(0.8f).BreadthFor(0.8, limit));

    [Fact]
    public void Ladder_Always_AscendFromTheHitsToAThousand()
    {
        Assert.Equal((10, 1_000), (RecallTable.Ladder[0], RecallTable.Ladder[^1]));
        Assert.Equal(RecallTable.Ladder.Distinct().Order(), RecallTable.Ladder);
    }

    // The last recall holds for all larger breadths.
    private static RecallTable Table(params float[] recalls) => new(
        [.. RecallTable.Ladder],
        [.. RecallTable.Ladder.Select((_, index) => recalls[Math.Min(index, recalls.Length - 1)])]);
}
