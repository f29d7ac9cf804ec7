using CsCheck;

namespace SimilarityCluster.Index.Tests;

public sealed class FlatSearcherTests
{
    private static readonly Gen<float[][]> Grid =
        Gen.Int[-2, 2].Select(number => (float)number).Array[3].Array[1, 80];

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Search_ManyTies_EqualsSortingAllLiveRows(Metric metric) =>
        Gen.Select(Grid, Gen.Int[1, 90], Gen.Int[0, int.MaxValue]).Sample((vectors, limit, deletionBits) =>
        {
            var rows = TestData.Rows(metric, vectors);
            var query = vectors[^1];
            for (var row = 0; row < Math.Min(31, vectors.Length); row++)
            {
                if (((deletionBits >> row) & 1) != 0)
                {
                    rows.Delete(row);
                }
            }

            var expected = Naive(metric, rows, query).Take(limit).ToArray();
            Assert.Equal(expected, TestData.Search(new FlatSearcher(rows), query, limit));
        });

    [Fact]
    public void Search_ScoresThatRoundToOneDistance_AreOrderedByRow()
    {
        // The later row is nearer by its squared distance; both roots round to the same number.
        Assert.Equal(MathF.Sqrt(13_008_004f), MathF.Sqrt(13_008_005f));
        var rows = TestData.Rows(Metric.Euclidean, [[3_000f, 2_002f, 1f], [3_000f, 2_002f, 0f]]);
        var flat = new FlatSearcher(rows);
        Assert.Equal([0, 1], TestData.Search(flat, new float[3], 2).Select(hit => hit.Row));
        Assert.Equal(0, Assert.Single(TestData.Search(flat, new float[3], 1)).Row);
        var graph = TestData.Graph(rows);
        Assert.Equal(0, Assert.Single(TestData.Search(graph, new float[3], 1, breadth: 2)).Row);
    }

    [Fact]
    public void Search_PartsMerged_EqualsOneSearchOverAll() =>
        Gen.Select(Grid, Gen.Int[1, 20], Gen.Int[1, 5]).Sample((vectors, limit, partCount) =>
        {
            var whole = TestData.Search(
                new FlatSearcher(TestData.Rows(Metric.Euclidean, vectors)), vectors[0], limit);
            var merged = vectors
                .Select((vector, number) => (vector, number))
                .GroupBy(item => item.number % partCount)
                .SelectMany(part =>
                {
                    var numbers = part.Select(item => item.number).ToArray();
                    var rows = TestData.Rows(Metric.Euclidean, [.. part.Select(item => item.vector)]);
                    return TestData.Search(new FlatSearcher(rows), vectors[0], limit)
                        .Select(hit => hit with { Row = numbers[hit.Row] });
                })
                .OrderBy(hit => hit.Distance).ThenBy(hit => hit.Row).Take(limit);
            Assert.Equal(whole, merged);
        });

    [Fact]
    public void SearchRange_OverTheTail_MergesAndDropsWhatItFindsAgain()
    {
        var vectors = TestData.Clustered(Metric.Cosine, 600, 20, seed: 5);
        var rows = TestData.Rows(Metric.Cosine, vectors);
        var flat = new FlatSearcher(rows);
        var expected = TestData.Search(flat, vectors[3], 12);
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = TestData.Search(flat, vectors[3], 12);
        var query = new VectorQuery(vectors[3], 1);
        var outcome = flat.SearchRange(query, 200, 600, hits, 12, ref order, ref never);
        Assert.Equal(12, outcome.Count);
        // What lies before the range and fell out of the given hits cannot come back, the rest must.
        Assert.Equal(expected, hits);
    }

    [Fact]
    public void SearchRange_PartOfTheRows_FindsOnlyThose()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 100, 5, seed: 6));
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = new RowHit[100];
        var query = new VectorQuery(rows[0], 1);
        var outcome = new FlatSearcher(rows).SearchRange(query, 30, 40, hits, 0, ref order, ref never);
        Assert.Equal(Enumerable.Range(30, 10), hits[..outcome.Count].Select(hit => hit.Row).Order());
    }

    [Fact]
    public void SearchRange_OutOfRange_Throws()
    {
        var flat = new FlatSearcher(TestData.Rows(Metric.Dot, [[1f]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Range(0, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Range(-1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Range(1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Range(0, 1, 4));

        void Range(int first, int end, int found)
        {
            var (order, never) = (default(RowNumberOrder), default(NeverStop));
            var query = new VectorQuery([1f], 1);
            flat.SearchRange(query, first, end, new RowHit[3], found, ref order, ref never);
        }
    }

    [Fact]
    public void Search_OtherDimension_NamesBothDimensions()
    {
        var flat = new FlatSearcher(TestData.Rows(Metric.Dot, [[1f, 2f]]));
        var fault = Assert.Throws<ArgumentException>(() => TestData.Search(flat, [1f], 1));
        Assert.StartsWith(
            "The query has 1 numbers; the rows have 2.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_NoRowsOrNoLimit_FindsNothing()
    {
        Assert.Empty(TestData.Search(new FlatSearcher(new VectorRows(Metric.Dot, 1)), [1f], 3));
        Assert.Empty(TestData.Search(new FlatSearcher(TestData.Rows(Metric.Dot, [[1f]])), [1f], 0));
    }

    [Fact]
    public void Search_Stopped_SaysSoAndKeepsTheBestSoFar()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_000, 5, seed: 7));
        var order = default(RowNumberOrder);
        var stop = new StopAfter(3);
        var hits = new RowHit[1_000];
        var outcome = new FlatSearcher(rows).Search(new VectorQuery(rows[0], 1), hits, ref order, ref stop);
        Assert.True(outcome.Stopped);
        Assert.InRange(outcome.Count, 1, 999);
        Assert.Equal(0, hits[0].Row);
    }

    [Fact]
    public void Search_WarmedUp_AllocatesNothing()
    {
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, 200, 40, seed: 8));
        Allocations.AssertNone(new FlatSearcher(rows), rows[0], breadth: 1);
    }

    private static IEnumerable<RowHit> Naive(Metric metric, VectorRows rows, float[] query) =>
        Enumerable.Range(0, rows.Count)
            .Where(row => !rows.IsDeleted(row))
            .Select(row => new RowHit(row, Distance(metric, rows[row].ToArray(), query)))
            .OrderBy(hit => hit.Distance)
            .ThenBy(hit => hit.Row);

    private static float Distance(Metric metric, float[] left, float[] right) => metric switch
    {
        Metric.Dot => 0f - left.Zip(right, (one, other) => one * other).Sum(),
        _ => MathF.Sqrt(left.Zip(right, (one, other) => (one - other) * (one - other)).Sum()),
    };
}
