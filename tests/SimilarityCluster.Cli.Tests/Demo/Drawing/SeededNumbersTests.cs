using SimilarityCluster.Cli.Demo.Drawing;

namespace SimilarityCluster.Cli.Tests.Demo.Drawing;

public sealed class SeededNumbersTests
{
    [Fact]
    public void NextBits_Seed1234567_GivesThePublishedSequence()
    {
        // The test vector of the authors' reference implementation, as many ports quote it.
        var numbers = new SeededNumbers(1234567);

        Assert.Equal(6457827717110365317UL, numbers.NextBits());
        Assert.Equal(3203168211198807973UL, numbers.NextBits());
        Assert.Equal(9817491932198370423UL, numbers.NextBits());
    }

    [Fact]
    public void Next_Range_StaysInsideAndReachesBothHalves()
    {
        var numbers = new SeededNumbers(7);
        var drawn = Enumerable.Range(0, 1_000).Select(_ => numbers.Next(-2f, 3f)).ToList();

        Assert.All(drawn, number => Assert.InRange(number, -2f, 3f));
        Assert.InRange(drawn.Average(), 0.3, 0.7);
    }

    [Fact]
    public void Shuffle_List_KeepsEveryItem()
    {
        var items = Enumerable.Range(0, 50).ToList();

        new SeededNumbers(3).Shuffle(items);

        Assert.NotEqual(Enumerable.Range(0, 50), items);
        Assert.Equal(Enumerable.Range(0, 50), items.Order());
    }
}
