using CsCheck;
using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Evaluation.Tests.Classification;

public sealed class NeighbourVoteTests
{
    [Fact]
    public void Nearest_SeveralNeighbours_IsFirst() =>
        Assert.Equal("a", NeighbourVote.Nearest([new("a", .1), new("b", .2), new("b", .2)]));

    [Fact]
    public void Nearest_NoNeighbours_IsNull() => Assert.Null(NeighbourVote.Nearest([]));

    [Fact]
    public void DistanceWeighted_TwoFarAgainstOneNear_TakesLargerWeight()
    {
        // a: 1/0.1 = 10. b: 1/0.25 + 1/0.25 = 8, then 1/0.18 + 1/0.2 = 10.6.
        Assert.Equal("a", NeighbourVote.DistanceWeighted([new("a", .1), new("b", .25), new("b", .25)], 3));
        Assert.Equal("b", NeighbourVote.DistanceWeighted([new("a", .1), new("b", .18), new("b", .2)], 3));
    }

    [Fact]
    public void DistanceWeighted_NeighboursBehindCount_DoNotVote() =>
        Assert.Equal("a", NeighbourVote.DistanceWeighted([new("a", .1), new("b", .11), new("b", .11)], 2));

    [Fact]
    public void DistanceWeighted_SameWeight_GoesToNearestNeighbour() =>
        Assert.Equal("b", NeighbourVote.DistanceWeighted([new("b", .5), new("a", .5)], 2));

    [Fact]
    public void DistanceWeighted_DistanceZero_StaysFinite() =>
        Assert.Equal("b", NeighbourVote.DistanceWeighted([new("a", 0), new("b", 0), new("b", 0)], 3));

    [Fact]
    public void DistanceWeighted_NoNeighbours_IsNull() => Assert.Null(NeighbourVote.DistanceWeighted([], 5));

    [Fact]
    public void DistanceWeighted_CountZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NeighbourVote.DistanceWeighted([], 0));

    [Fact]
    public void DistanceWeighted_CountOne_IsNearest() =>
        Gen.Select(Gen.Char['a', 'd'], Gen.Double[0, 2]).Array[1, 8].Sample(voices =>
        {
            LabelledNeighbour[] neighbours =
                [
                    .. voices.OrderBy(v => v.Item2)
                        .Select(v => new LabelledNeighbour(v.Item1.ToString(), v.Item2)),
                ];
            Assert.Equal(NeighbourVote.Nearest(neighbours), NeighbourVote.DistanceWeighted(neighbours, 1));
        });
}
