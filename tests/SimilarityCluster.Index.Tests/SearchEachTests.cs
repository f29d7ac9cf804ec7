namespace SimilarityCluster.Index.Tests;

public sealed class SearchEachTests
{
    private const int Dimension = 20;

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void SearchEach_SeveralQueries_EqualsSingleSearches(Metric metric)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 1_500, Dimension, seed: 80));
        rows.Delete(3);
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 60 });
        var vectors = TestData.Clustered(metric, 13, Dimension, seed: 81);
        var packed = vectors.SelectMany(vector => vector).ToArray();
        var third = RowSet.Where(1_500, row => row % 3 == 0);
        foreach (var filter in (RowSet?[])[null, third])
        {
            foreach (var searcher in (IVectorSearcher[])[graph, new FlatSearcher(rows)])
            {
                var (order, never) = (default(RowNumberOrder), default(NeverStop));
                var (hits, outcomes) = (new RowHit[13 * 7], new SearchOutcome[13]);
                searcher.SearchEach(
                    new VectorQuery(packed, 40) { Filter = filter }, hits, outcomes, ref order, ref never);
                for (var number = 0; number < 13; number++)
                {
                    var alone = new RowHit[7];
                    var query = new VectorQuery(vectors[number], 40) { Filter = filter };
                    var outcome = searcher.Search(query, alone, ref order, ref never);
                    Assert.Equal(outcome, outcomes[number]);
                    Assert.Equal(alone, hits.AsSpan(number * 7, 7).ToArray());
                }
            }
        }
    }

    [Fact]
    public void SearchEach_ShapesThatDisagree_Throw()
    {
        var rows = TestData.Rows(Metric.Dot, [[1f, 2f], [3f, 4f]]);
        foreach (var searcher in (IVectorSearcher[])[TestData.Graph(rows), new FlatSearcher(rows)])
        {
            Assert.Throws<ArgumentException>(() => Each(searcher, new float[3], 2, 1));
            Assert.Throws<ArgumentException>(() => Each(searcher, new float[4], 3, 2));
            Assert.Throws<ArgumentException>(() => Each(searcher, [], 3, 0));
            Each(searcher, [], 0, 0);
            Each(searcher, new float[4], 0, 2);
        }

        static void Each(IVectorSearcher searcher, float[] vectors, int hits, int count)
        {
            var (order, never) = (default(RowNumberOrder), default(NeverStop));
            var queries = new VectorQuery(vectors, 1);
            searcher.SearchEach(
                queries, new RowHit[hits], new SearchOutcome[count], ref order, ref never);
        }
    }

    [Fact]
    public void SearchEach_Stopped_SaysSoForEach()
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_000, Dimension, seed: 82));
        foreach (var searcher in (IVectorSearcher[])[TestData.Graph(rows), new FlatSearcher(rows)])
        {
            var order = default(RowNumberOrder);
            var stop = new StopAfter(2);
            var outcomes = new SearchOutcome[3];
            var vectors = Enumerable.Range(0, 3).SelectMany(row => rows[row].ToArray()).ToArray();
            searcher.SearchEach(new VectorQuery(vectors, 30), new RowHit[30], outcomes, ref order, ref stop);
            Assert.All(outcomes, outcome => Assert.True(outcome.Stopped && outcome.Count > 0));
        }
    }

    [Fact]
    public void SearchEach_WarmedUp_AllocatesNothing()
    {
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, 400, Dimension, seed: 83));
        var vectors = Enumerable.Range(0, 6).SelectMany(row => rows[row].ToArray()).ToArray();
        foreach (var searcher in (IVectorSearcher[])[TestData.Graph(rows), new FlatSearcher(rows)])
        {
            Allocations.AssertNone(searcher, new VectorQuery(vectors, 16), queryCount: 6);
        }
    }
}
