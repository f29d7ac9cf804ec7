using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Tests.Graph;

public sealed class SearchReachTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    public void GrowthOf_ScoresThatGrowLikeAPower_FindsThePower(float power) =>
        Assert.Equal(power, SearchReach.GrowthOf(Keys(200, power), 10_000), 1e-3f);

    [Fact]
    public void GrowthOf_FewRowsOrFarOnesOrTwins_SaysNothing()
    {
        Assert.Equal(0, SearchReach.GrowthOf(Keys(30, 0.1f), 10_000));
        Assert.Equal(0, SearchReach.GrowthOf(Keys(200, 0.1f), 3_000));
        ulong[] twins = [.. Enumerable.Range(0, 100).Select(row => CandidateKey.Of(0, row, isDead: false))];
        Assert.Equal(0, SearchReach.GrowthOf(twins, 10_000));
    }

    [Fact]
    public void Begin_NothingLearnt_KeepsTheBreadth()
    {
        Assert.Equal(12, Expanded(new SearchReach(), breadth: 12, power: 0.1f));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(160)]
    public void Begin_ScoresThatGrowAsLearnt_ExpandsTheBreadth(int breadth)
    {
        var reach = new SearchReach();
        reach.Learn(0.1f);
        Assert.InRange(Expanded(reach, breadth, power: 0.1f), breadth - 1, breadth + 1);
    }

    [Fact]
    public void Begin_ScoresThatGrowMoreOrLess_ExpandsFewerOrMore()
    {
        var reach = new SearchReach();
        reach.Learn(0.1f);
        Assert.InRange(Expanded(reach, 40, power: 0.2f), 10, 30);
        Assert.InRange(Expanded(reach, 40, power: 0.05f), 60, 160);
    }

    private static int Expanded(SearchReach reach, int breadth, float power)
    {
        var pool = new CandidatePool();
        pool.Begin(breadth);
        reach.Begin(pool, breadth, limit: 10, rowCount: 1_000);
        foreach (var key in Keys(1_000, power).Where(key => key < pool.Bound))
        {
            pool.Insert(key);
        }

        var count = 0;
        while (pool.TryExpand(out _))
        {
            count++;
        }

        return count;
    }

    private static ulong[] Keys(int count, float power) =>
        [.. Enumerable.Range(1, count).Select(rank =>
            CandidateKey.Of(MathF.Pow(rank, power), rank, isDead: false))];
}
