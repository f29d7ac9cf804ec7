using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Tests.Graph;

namespace SimilarityCluster.Index.Tests;

public sealed class HnswGraphTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Search_ClusteredSeed11_ReachesRecallFloor(Metric metric)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 5_000, 32, seed: 11));
        var graph = TestData.Graph(rows);
        GraphValidator.AssertWhole(graph, rows);
        var queries = TestData.Clustered(metric, 200, 32, seed: 12);
        Assert.InRange(TestData.Recall(graph, rows, queries, breadth: 64), 0.95, 1);
        Assert.InRange(TestData.Recall(graph, rows, queries, breadth: 300), 0.99, 1);
    }

    [Fact]
    public void Search_BreadthOfAllRows_EqualsExactSearch()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 500, 8, seed: 13));
        var graph = TestData.Graph(rows);
        foreach (var query in TestData.Clustered(Metric.Euclidean, 20, 8, seed: 14))
        {
            var expected = TestData.Search(new FlatSearcher(rows), query, 25);
            Assert.Equal(expected, TestData.Search(graph, query, 25, 500));
        }
    }

    [Fact]
    public void Search_MostRowsDeleted_FindsTheLiveOnesOnly()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 2_000, 16, seed: 15));
        var graph = TestData.Graph(rows);
        for (var row = 0; row < 2_000; row++)
        {
            if (row % 10 != 0)
            {
                rows.Delete(row);
            }
        }

        var queries = TestData.Clustered(Metric.Euclidean, 50, 16, seed: 16);
        Assert.All(queries, query =>
        {
            var hits = TestData.Search(graph, query, 20, 64);
            Assert.Equal(20, hits.Length);
            Assert.All(hits, hit => Assert.Equal(0, hit.Row % 10));
        });
        Assert.InRange(TestData.Recall(graph, rows, queries, 64), 0.95, 1);
    }

    [Fact]
    public void Search_AllRowsDeleted_FindsNothing()
    {
        var rows = TestData.Rows(Metric.Dot, [[1f], [2f]]);
        var graph = TestData.Graph(rows);
        rows.Delete(0);
        rows.Delete(1);
        Assert.Empty(TestData.Search(graph, [1f], 2, 2));
    }

    [Fact]
    public void Search_EveryRowReplacedOverAndOver_KeepsRecall()
    {
        const int Count = 1_000;
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, Count, 24, seed: 17));
        var graph = TestData.Graph(rows);
        var queries = TestData.Clustered(Metric.Cosine, 100, 24, seed: 18);
        var before = TestData.Recall(graph, rows, queries, 64);
        for (var round = 1; round <= 4; round++)
        {
            foreach (var vector in TestData.Clustered(Metric.Cosine, Count, 24, seed: 100 + round))
            {
                rows.Delete(rows.Count - Count);
                rows.Append(vector);
            }

            TestData.InsertAll(graph, rows);
        }

        Assert.Equal(Count, rows.LiveCount);
        GraphValidator.AssertWhole(graph, rows);
        Assert.InRange(TestData.Recall(graph, rows, queries, 64), Math.Max(0.95, before - 0.01), 1);
    }

    [Fact]
    public void Search_OneVectorWrittenOverAndOver_FindsTheLastAndTheOthers()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 500, 8, seed: 19);
        var rows = TestData.Rows(Metric.Euclidean, vectors);
        for (var copy = 0; copy < 1_000; copy++)
        {
            rows.Delete(rows.Append(vectors[0]));
        }

        var last = rows.Append(vectors[0]);
        var graph = TestData.Graph(rows);
        GraphValidator.AssertWhole(graph, rows);
        Assert.Equal([0, last], TestData.Search(graph, vectors[0], 2, 64).Select(hit => hit.Row));
        Assert.InRange(TestData.Recall(graph, rows, vectors[..100], 64), 0.95, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    public void Insert_AnyConnectivity_LeavesAWholeGraph(int connectivity)
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_500, 6, seed: 20));
        var graph = TestData.Graph(rows, new HnswOptions { Connectivity = connectivity, BuildBreadth = 30 });
        GraphValidator.AssertWhole(graph, rows);
    }

    [Fact]
    public void Insert_SameRowsAndSeed_MakesTheSameGraph()
    {
        var rows = TestData.Rows(Metric.Dot, TestData.Clustered(Metric.Dot, 800, 12, seed: 21));
        var (one, same) = (LinksOf(seed: 4), LinksOf(seed: 4));
        Assert.Equal(one, same);
        Assert.NotEqual(one, LinksOf(seed: 5));

        List<int> LinksOf(long seed)
        {
            var view = TestData.Graph(rows, new HnswOptions { Seed = seed }).Links.View(rows, out var entry);
            List<int> links = [entry];
            for (var row = 0; row < rows.Count; row++)
            {
                links.AddRange(GraphValidator.Slots(view, row, 0));
            }

            return links;
        }
    }

    [Fact]
    public void Insert_NotTheNextRow_SaysWhichIsNext()
    {
        var rows = TestData.Rows(Metric.Dot, [[1f], [2f]]);
        var graph = new HnswGraph(rows, new HnswOptions());
        var fault = Assert.Throws<ArgumentOutOfRangeException>(() => graph.Insert(1));
        Assert.StartsWith(
            "The next row is 0, and there are 2 rows.", fault.Message, StringComparison.Ordinal);
        TestData.InsertAll(graph, rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Insert(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Insert(0));
        Assert.Equal(2, graph.Count);
    }

    [Fact]
    public async Task Search_BesideAnInsertingWriter_FindsEveryRowInsertedBefore()
    {
        // Long vectors, so that the rows soon need a second slab.
        const int Dimension = 2_048;
        var vectors = TestData.Clustered(Metric.Euclidean, 1_500, Dimension, seed: 22);
        var rows = new VectorRows(Metric.Euclidean, Dimension);
        var graph = new HnswGraph(rows, new HnswOptions { BuildBreadth = 60 });
        graph.Insert(rows.Append(vectors[0]));
        var reader = Task.Run(
            () =>
            {
                var (searches, lost, seed) = (0, 0, new Random(23));
                for (var count = graph.Count; count < vectors.Length; count = graph.Count, searches++)
                {
                    var row = seed.Next(count);
                    var hits = TestData.Search(graph, vectors[row], 10, 64);
                    Assert.True(hits.SequenceEqual(hits.OrderBy(hit => hit.Distance).ThenBy(hit => hit.Row)));
                    Assert.Equal(hits.Length, hits.DistinctBy(hit => hit.Row).Count());
                    Assert.InRange(hits.Length, Math.Min(10, count), 10);
                    lost += hits[0].Distance == 0 ? 0 : 1;
                }

                return (Searches: searches, Lost: lost);
            },
            TestContext.Current.CancellationToken);
        foreach (var vector in vectors.AsSpan(1))
        {
            graph.Insert(rows.Append(vector));
        }

        var (searches, lost) = await reader;
        Assert.InRange(lost, 0, searches / 50);
        GraphValidator.AssertWhole(graph, rows);
    }

    [Fact]
    public void Search_Stopped_SaysSoAndKeepsTheBestSoFar()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 2_000, 8, seed: 24));
        var graph = TestData.Graph(rows);
        var order = default(RowNumberOrder);
        var (immediately, soon) = (new StopAfter(1), new StopAfter(3));
        var hits = new RowHit[500];
        var outcome = graph.Search(rows[0], 500, hits, ref order, ref immediately);
        Assert.Equal(new SearchOutcome(1, Stopped: true), outcome);
        outcome = graph.Search(rows[0], 500, hits, ref order, ref soon);
        Assert.True(outcome.Stopped);
        Assert.InRange(outcome.Count, 2, 499);
    }

    [Fact]
    public void Search_CancelledToken_Stops()
    {
        var graph = TestData.Graph(TestData.Rows(Metric.Dot, [[1f], [2f]]));
        var order = default(RowNumberOrder);
        var stop = new CancellationStop(new CancellationToken(canceled: true));
        Assert.True(graph.Search([1f], 5, new RowHit[2], ref order, ref stop).Stopped);
    }

    [Fact]
    public void Search_LimitAboveCount_FindsAll()
    {
        var rows = TestData.Rows(Metric.Dot, TestData.Clustered(Metric.Dot, 30, 4, seed: 25));
        Assert.Equal(30, TestData.Search(TestData.Graph(rows), rows[0], 100).Length);
    }

    [Fact]
    public void Search_EmptyGraphOrNoLimit_FindsNothing()
    {
        var rows = TestData.Rows(Metric.Dot, [[1f]]);
        var graph = new HnswGraph(rows, new HnswOptions());
        Assert.Empty(TestData.Search(graph, [1f], 3));
        TestData.InsertAll(graph, rows);
        Assert.Empty(TestData.Search(graph, [1f], 0));
        Assert.Single(TestData.Search(graph, [1f], 3));
    }

    [Fact]
    public void Search_OtherDimensionOrNoBreadth_Throws()
    {
        var graph = TestData.Graph(TestData.Rows(Metric.Dot, [[1f, 2f]]));
        var fault = Assert.Throws<ArgumentException>(() => TestData.Search(graph, [1f, 2f, 3f], 1));
        Assert.StartsWith(
            "The query has 3 numbers; the rows have 2.", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TestData.Search(graph, [1f, 2f], 1, breadth: 0));
    }

    [Fact]
    public void Search_WarmedUp_AllocatesNothing()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_000, 20, seed: 26));
        Allocations.AssertNone(TestData.Graph(rows), rows[0], breadth: 64);
    }

    [Fact]
    public void Search_DifferentThreads_AgreesWithOneThread()
    {
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, 1_000, 20, seed: 27));
        var graph = TestData.Graph(rows);
        var alone = Enumerable.Range(0, 400)
            .Select(row => TestData.Search(graph, rows[row], 10, 40)).ToArray();
        Parallel.For(0, 400, row => Assert.Equal(alone[row], TestData.Search(graph, rows[row], 10, 40)));
    }

    [Theory]
    [InlineData(1, 200, "Connectivity")]
    [InlineData(129, 200, "Connectivity")]
    [InlineData(16, 0, "BuildBreadth")]
    public void Constructor_OptionOutOfRange_NamesIt(int connectivity, int buildBreadth, string name)
    {
        var options = new HnswOptions { Connectivity = connectivity, BuildBreadth = buildBreadth };
        var rows = new VectorRows(Metric.Dot, 1);
        var fault = Assert.Throws<ValidationException>(() => new HnswGraph(rows, options));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HnswOptions_Defaults_ArePinned()
    {
        var options = new HnswOptions();
        Assert.Equal((16, 200, 1L), (options.Connectivity, options.BuildBreadth, options.Seed));
    }
}
