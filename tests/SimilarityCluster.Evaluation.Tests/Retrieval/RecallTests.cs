using SimilarityCluster.Evaluation.Retrieval;

namespace SimilarityCluster.Evaluation.Tests.Retrieval;

public sealed class RecallTests
{
    [Theory]
    [InlineData("a b c d", "a b c d", 4, 1.0)]
    [InlineData("d c b a", "a b c d", 4, 1.0)]
    [InlineData("a x b y", "a b c d", 4, 0.5)]
    [InlineData("a x b y", "a b c d", 2, 0.5)]
    [InlineData("x y", "a b", 2, 0.0)]
    [InlineData("", "a b", 2, 0.0)]
    public void At_FoundAgainstTruth_IsShareOfTruthFound(
        string found, string truth, int limit, double expected) =>
        Assert.Equal(expected, Recall.At(Ids(found), Ids(truth), limit));

    [Fact]
    public void At_TruthShorterThanLimit_DividesByTruth() =>
        Assert.Equal(0.5, Recall.At(Ids("a x y"), Ids("a b"), 10));

    [Fact]
    public void At_FoundBehindLimit_DoesNotCount() => Assert.Equal(0, Recall.At(Ids("x a"), Ids("a"), 1));

    [Fact]
    public void At_IdFoundTwice_CountsOnce() => Assert.Equal(0.5, Recall.At(Ids("a a"), Ids("a b"), 2));

    [Fact]
    public void At_EmptyTruth_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Recall.At(Ids("a"), [], 1));

    [Fact]
    public void At_LimitZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Recall.At(Ids("a"), Ids("a"), 0));

    private static string[] Ids(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
