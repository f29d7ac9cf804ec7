using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests;

public sealed class RangeSearchTests
{
    private const int Count = 4_000;

    public static TheoryData<Metric, VectorCode> MetricsAndCodes =>
        new MatrixTheoryData<Metric, VectorCode>(Enum.GetValues<Metric>(), Enum.GetValues<VectorCode>());

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void Search_MaxDistance_FindsWhatLiesWithin(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, Count, 16, seed: 70));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code, BuildBreadth = 60 });
        var half = RowSet.Where(Count, row => row % 2 == 0);
        var (right, wanted) = (0, 0);
        foreach (var query in TestData.Clustered(metric, 10, 16, seed: 71))
        {
            var all = TestData.Search(new FlatSearcher(rows), query, Count);
            foreach (var within in (int[])[1, 20, 300, 1_500])
            {
                foreach (var filter in (RowSet?[])[null, half])
                {
                    var max = all[within - 1].Distance;
                    var expected = all.Where(hit =>
                        hit.Distance <= max && filter?.Contains(hit.Row) != false).ToArray();
                    var plan = new VectorQuery(query, 32) { MaxDistance = max, Filter = filter };
                    Assert.Equal(expected, Search(new FlatSearcher(rows), plan, Count));
                    var hits = Search(graph, plan, Count);
                    Assert.Empty(hits.Except(expected));
                    (right, wanted) = (right + hits.Length, wanted + expected.Length);
                }
            }
        }

        Assert.InRange(right / (double)wanted, 0.97, 1);
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    public void Search_MoreWithinThanTheCap_KeepsTheNearest(VectorCode code)
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_500, 16, seed: 72));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code });
        var expected = TestData.Search(new FlatSearcher(rows), rows[5], 20);
        var plan = new VectorQuery(rows[5], 300) { MaxDistance = float.MaxValue };
        Assert.Equal(expected, Search(new FlatSearcher(rows), plan, 20));
        Assert.Equal(expected, Search(graph, plan, 20));
    }

    [Fact]
    public void Search_NothingWithin_FindsNothing()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 600, 16, seed: 73));
        var graph = TestData.Graph(rows);
        var plan = new VectorQuery(new float[16], 10) { MaxDistance = 0.01f };
        Assert.Empty(Search(graph, plan, 100));
        Assert.Empty(Search(new FlatSearcher(rows), plan, 100));
        Assert.Empty(Search(graph, new VectorQuery(rows[0], 10) { MaxDistance = -1 }, 100));
        var itself = new VectorQuery(rows[0], 10) { MaxDistance = 0 };
        Assert.Equal(new RowHit(0, 0), Assert.Single(Search(graph, itself, 9)));
    }

    [Fact]
    public void Search_EveryRowWithin_FindsThemAllFromASmallBreadth()
    {
        var rows = TestData.Rows(Metric.Dot, TestData.Clustered(Metric.Dot, 900, 16, seed: 74));
        var plan = new VectorQuery(rows[0], 1) { MaxDistance = 1e9f };
        Assert.Equal(900, Search(TestData.Graph(rows), plan, 2_000).Length);
    }

    [Fact]
    public void SearchRange_MaxDistance_AddsOnlyWhatLiesWithin()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 400, 8, seed: 75));
        var flat = new FlatSearcher(rows);
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var max = TestData.Search(flat, rows[0], 30)[^1].Distance;
        var plan = new VectorQuery(rows[0], 1) { MaxDistance = max };
        var hits = new RowHit[100];
        var first = flat.SearchRange(plan, 0, 200, hits, 0, ref order, ref never);
        var both = flat.SearchRange(plan, 200, 400, hits, first.Count, ref order, ref never);
        Assert.Equal(Search(flat, plan, 100), hits[..both.Count]);
    }

    private static RowHit[] Search(IVectorSearcher searcher, scoped in VectorQuery query, int cap)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = new RowHit[cap];
        return hits[..searcher.Search(query, hits, ref order, ref never).Count];
    }
}
