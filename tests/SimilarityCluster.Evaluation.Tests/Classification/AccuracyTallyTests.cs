using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Evaluation.Tests.Classification;

public sealed class AccuracyTallyTests
{
    [Fact]
    public void Overall_ThreeOfFourRight_IsThreeQuarters()
    {
        var tally = Filled();

        Assert.Equal(new ClassAccuracy(3, 4), tally.Overall);
        Assert.Equal(0.75, tally.Overall.Share);
    }

    [Fact]
    public void ByClass_TwoClasses_CountsEachOnItsOwnInOrder()
    {
        var tally = Filled();

        Assert.Equal("cat dog", string.Join(' ', tally.ByClass.Keys));
        Assert.Equal(new ClassAccuracy(1, 2), tally.ByClass["cat"]);
        Assert.Equal(1.0, tally.ByClass["dog"].Share);
    }

    [Fact]
    public void Add_NoAnswer_IsWrong()
    {
        var tally = new AccuracyTally();

        tally.Add("cat", predicted: null);

        Assert.Equal(new ClassAccuracy(0, 1), tally.Overall);
    }

    [Fact]
    public void Overall_NothingAdded_HasNoShare() =>
        Assert.True(double.IsNaN(new AccuracyTally().Overall.Share));

    private static AccuracyTally Filled()
    {
        var tally = new AccuracyTally();
        tally.Add("dog", "dog");
        tally.Add("cat", "dog");
        tally.Add("cat", "cat");
        tally.Add("dog", "dog");
        return tally;
    }
}
