namespace SimilarityCluster.Storage.Tests;

public sealed class SearchEffortTests
{
    [Fact]
    public void Breadth_OutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchEffort.Breadth(0));
        Assert.Equal((7, 0.0, false), Of(SearchEffort.Breadth(7)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-.1)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Recall_OutOfRange_IsRefused(double recall) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchEffort.Recall(recall));

    [Fact]
    public void Recall_InRange_IsATarget() => Assert.Equal((0, .5, false), Of(SearchEffort.Recall(.5)));

    [Fact]
    public void Exact_Always_HasNeither() => Assert.Equal((0, 0.0, true), Of(SearchEffort.Exact));

    private static (int Breadth, double Recall, bool IsExact) Of(SearchEffort effort) =>
        (effort.SearchBreadth, effort.TargetRecall, effort.IsExact);
}
