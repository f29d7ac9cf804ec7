using CsCheck;

namespace SimilarityCluster.Index.Tests;

public sealed class RowSetTests
{
    [Fact]
    public void Members_AnyRows_AgreeWithASortedSet() =>
        Gen.Int[0, 3_000].Array[0, 200].Sample(rows =>
        {
            var expected = rows.Distinct().Order().ToArray();
            var set = RowSet.Of(rows);
            Assert.Equal(expected.Length, set.Count);
            Assert.Equal(expected, Members(set));
            for (var row = 0; row < 3_100; row += 7)
            {
                Assert.Equal(expected.Contains(row), set.Contains(row));
                Assert.Equal(expected.FirstOrDefault(member => member >= row, int.MaxValue), set.Next(row));
                Assert.Equal(expected.Count(member => member < row), set.CountBelow(row));
            }

            Assert.All(expected, (member, rank) => Assert.Equal(member, set.At(rank)));
        });

    [Fact]
    public void Where_SomeRows_HasThoseOnly()
    {
        var set = RowSet.Where(1_000, row => row % 3 == 0);
        Assert.Equal(Enumerable.Range(0, 334).Select(number => 3 * number), Members(set));
        Assert.Equal(0, RowSet.Where(0, _ => true).Count);
    }

    [Fact]
    public void Contains_AnyNumber_IsAnswered()
    {
        var set = RowSet.Of(5);
        Assert.True(set.Contains(5));
        Assert.All([-1, 0, 63, 64, 69, int.MaxValue, int.MinValue], row => Assert.False(set.Contains(row)));
    }

    [Fact]
    public void Build_MoreRowsAddedAfterwards_LeavesTheFirstSetAsItWas()
    {
        var builder = new RowSetBuilder();
        builder.Add(70);
        builder.Add(70);
        var first = builder.Build();
        builder.Add(3);
        Assert.Equal([70], Members(first));
        Assert.Equal([3, 70], Members(builder.Build()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void All_RowCount_HasTheRowsBelow(int rowCount) =>
        Assert.Equal(Enumerable.Range(0, rowCount), Members(RowSet.All(rowCount)));

    [Fact]
    public void AndOrExcept_RandomSetsSeed21_EqualTheModel()
    {
        var random = new Random(21);
        for (var round = 0; round < 500; round++)
        {
            var (left, right) = (Draw(), Draw());
            var (a, b) = (RowSet.Of([.. left]), RowSet.Of([.. right]));

            Assert.Equal(left.Intersect(right).Order(), Members(a.And(b)));
            Assert.Equal(left.Union(right).Order(), Members(a.Or(b)));
            Assert.Equal(left.Except(right).Order(), Members(a.Except(b)));
            Assert.Equal(left.Except(right).Count(), a.Except(b).Count);
        }

        List<int> Draw() =>
        [
            .. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(1 + random.Next(400))).Distinct(),
        ];
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.All(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.All(VectorRows.MaxCount + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.Of(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.Of(VectorRows.MaxCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.Where(-1, _ => true));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.Of(1, 2).At(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowSet.Of().At(0));
    }

    private static List<int> Members(RowSet set)
    {
        List<int> members = [];
        foreach (var row in set)
        {
            members.Add(row);
        }

        return members;
    }
}
