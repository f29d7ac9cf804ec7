using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests;

public sealed class HnswGraphTests
{
    public static TheoryData<Metric, VectorCode> MetricsAndCodes =>
        new MatrixTheoryData<Metric, VectorCode>(Enum.GetValues<Metric>(), Enum.GetValues<VectorCode>());

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void Search_ClusteredSeed11_ReachesRecallFloor(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 5_000, 32, seed: 11));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code });
        Assert.Empty(graph.Validate(isRepaired: false));
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
        Assert.Empty(graph.Validate(isRepaired: false));
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
        Assert.Empty(graph.Validate(isRepaired: false));
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
        Assert.Empty(graph.Validate(isRepaired: false));
    }

    [Fact]
    public void Insert_SameRowsAndSeed_MakesTheSameGraph()
    {
        var rows = TestData.Rows(Metric.Dot, TestData.Clustered(Metric.Dot, 800, 12, seed: 21));
        var (one, same) = (LinksOf(seed: 4), LinksOf(seed: 4));
        Assert.Equal(one, same);
        Assert.NotEqual(one, LinksOf(seed: 5));

        unsafe List<int> LinksOf(long seed)
        {
            var view = TestData.Graph(rows, new HnswOptions { Seed = seed }).Links.View(rows, out var entry);
            List<int> links = [entry];
            for (var row = 0; row < rows.Count; row++)
            {
                links.AddRange(new ReadOnlySpan<int>(view.Slots(row, 0), view.SlotCount(0)));
            }

            return links;
        }
    }

    [Fact]
    public void InsertNext_AllRowsInserted_SaysSo()
    {
        var rows = TestData.Rows(Metric.Dot, [[1f], [2f]]);
        var graph = new HnswGraph(rows, new HnswOptions());
        Assert.True(graph.InsertNext());
        Assert.Equal(1, graph.Count);
        Assert.True(graph.InsertNext());
        Assert.False(graph.InsertNext());
        Assert.Equal(2, graph.Count);
    }

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void InsertNext_FourThreads_LeavesAWholeGraphAsGoodAsOneThread(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 4_000, 24, seed: 31));
        var options = new HnswOptions { Code = code, BuildBreadth = 60 };
        var queries = TestData.Clustered(metric, 100, 24, seed: 32);
        var alone = TestData.Recall(TestData.Graph(rows, options), rows, queries, breadth: 80);
        var graph = new HnswGraph(rows, options);
        Parallel.For(0, 4, _ => TestData.Drain(graph));
        Assert.Equal(rows.Count, graph.Count);
        Assert.Empty(graph.Validate(isRepaired: false));
        Assert.InRange(TestData.Recall(graph, rows, queries, breadth: 80), alone - 0.02, 1);
    }

    [Theory]
    [InlineData(false, 9)]
    [InlineData(true, 10)]
    public void KeepDeleted_RowsDeletedBeforeTheirTurn_AreInTheSeal(bool keepDeleted, int sealedCount)
    {
        var rows = new VectorRows(Metric.Euclidean, 2);
        for (var row = 0; row < 10; row++)
        {
            rows.Append([row, 0]);
        }

        var graph = new HnswGraph(rows, new HnswOptions());
        graph.InsertNext();
        if (keepDeleted)
        {
            graph.KeepDeleted();
        }

        rows.Delete(5);
        while (graph.InsertNext())
        {
            // One row after another.
        }

        Assert.Equal(sealedCount, graph.Seal().Order.Length);
        Assert.Equal(keepDeleted, graph.Seal().Order.Contains(5));
    }

    [Fact]
    public void InsertNext_DeletedRow_IsNeverMet()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 600, 8, seed: 33));
        for (var row = 0; row < rows.Count; row += 2)
        {
            rows.Delete(row);
        }

        var graph = TestData.Graph(rows);
        Assert.Empty(graph.Validate(isRepaired: true));
        Assert.Equal(300, TestData.Search(graph, rows[1], 600, 600).Length);
    }

    [Fact]
    public void InsertNext_NeighboursAtTheSameTime_MeetEachOther()
    {
        float[][] line = [.. Enumerable.Range(0, 2_000).Select(row => new float[] { row })];
        for (var round = 0; round < 5; round++)
        {
            var rows = TestData.Rows(Metric.Euclidean, line);
            var graph = new HnswGraph(rows, new HnswOptions { Code = VectorCode.Float32 });
            Parallel.For(0, 4, _ => TestData.Drain(graph));
            Assert.Empty(graph.Validate(isRepaired: true));
            Assert.All(
                Enumerable.Range(0, rows.Count),
                row => Assert.Equal(row, TestData.Search(graph, line[row], 1, 64).Single().Row));
        }
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void Repair_FifthReplacedTenTimes_KeepsRecallAndLeavesAWholeGraph(VectorCode code)
    {
        const int Count = 2_000;
        var vectors = TestData.Clustered(Metric.Euclidean, Count * 3, 16, seed: 34);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..Count]);
        var graph = TestData.Graph(rows, new HnswOptions { Code = code });
        var queries = TestData.Clustered(Metric.Euclidean, 200, 16, seed: 35);
        var before = TestData.Recall(graph, rows, queries, 40);
        var random = new Random(36);
        for (var round = 0; round < 10; round++)
        {
            var live = Enumerable.Range(0, rows.Count).Where(row => !rows.IsDeleted(row)).ToArray();
            random.Shuffle(live);
            foreach (var row in live.AsSpan(0, Count / 5))
            {
                rows.Delete(row);
                rows.Append(vectors[rows.Count]);
            }

            TestData.InsertAll(graph, rows);
            while (graph.Repair(100))
            {
            }

            Assert.Empty(graph.Validate(isRepaired: true));
        }

        Assert.InRange(TestData.Recall(graph, rows, queries, 40), before - 0.01, 1);
    }

    [Fact]
    public void Repair_AllRowsDeleted_LeavesWhatNewRowsNeed()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 600, 8, seed: 37);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..300]);
        var graph = TestData.Graph(rows);
        for (var row = 0; row < 300; row++)
        {
            rows.Delete(row);
        }

        while (graph.Repair(1))
        {
        }

        foreach (var vector in vectors.AsSpan(300))
        {
            rows.Append(vector);
        }

        TestData.InsertAll(graph, rows);
        Assert.Empty(graph.Validate(isRepaired: true));
        Assert.Equal(300, TestData.Search(graph, vectors[0], 300, 300).Length);
    }

    [Fact]
    public async Task Repair_BesideInsertionsAndSearches_LeavesAWholeGraph()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 6_000, 8, seed: 38);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..1_000]);
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 40 });
        using var done = new CancellationTokenSource();
        var repairs = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    graph.Repair(50);
                }
            },
            TestContext.Current.CancellationToken);
        var searches = Task.Run(
            () =>
            {
                for (var row = 0; !done.IsCancellationRequested; row = (row + 1) % 1_000)
                {
                    Assert.Equal(10, TestData.Search(graph, vectors[row], 10, 40).Length);
                }
            },
            TestContext.Current.CancellationToken);
        var random = new Random(39);
        foreach (var vector in vectors.AsSpan(1_000))
        {
            rows.Delete(random.Next(rows.Count));
            rows.Append(vector);
            graph.InsertNext();
        }

        await done.CancelAsync();
        await repairs;
        await searches;
        for (var sweep = 0; sweep < 2; sweep++)
        {
            while (graph.Repair(1_000))
            {
            }
        }

        Assert.Empty(graph.Validate(isRepaired: true));
    }

    [Fact]
    public void Search_RowsOutsideWhatWasLearnt_AreFound()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 500, 16, seed: 40));
        var graph = TestData.Graph(rows);
        foreach (var vector in TestData.Clustered(Metric.Euclidean, 5_000, 16, seed: 41))
        {
            rows.Append([.. vector.Select(number => (number * 20) + 100)]);
        }

        TestData.InsertAll(graph, rows);
        var queries = Enumerable.Range(0, 100).Select(at => rows[600 + (at * 40)].ToArray()).ToArray();
        Assert.InRange(TestData.Recall(graph, rows, queries, 64), 0.95, 1);
    }

    [Fact]
    public async Task Search_BesideAnInsertingWriter_FindsEveryRowInsertedBefore()
    {
        // Long vectors, so that the rows soon need a second slab.
        const int Dimension = 2_048;
        var vectors = TestData.Clustered(Metric.Euclidean, 1_500, Dimension, seed: 22);
        var rows = new VectorRows(Metric.Euclidean, Dimension);
        var graph = new HnswGraph(rows, new HnswOptions { BuildBreadth = 60 });
        rows.Append(vectors[0]);
        graph.InsertNext();
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
            rows.Append(vector);
            graph.InsertNext();
        }

        var (searches, lost) = await reader;
        Assert.InRange(lost, 0, searches / 50);
        Assert.Empty(graph.Validate(isRepaired: false));
    }

    [Fact]
    public void Search_Stopped_SaysSoAndKeepsTheBestSoFar()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 2_000, 8, seed: 24));
        var graph = TestData.Graph(rows);
        var order = default(RowNumberOrder);
        var (immediately, soon) = (new StopAfter(1), new StopAfter(3));
        var hits = new RowHit[500];
        var outcome = graph.Search(new VectorQuery(rows[0], 500), hits, ref order, ref immediately);
        Assert.Equal(new SearchOutcome(1, Stopped: true), outcome);
        outcome = graph.Search(new VectorQuery(rows[0], 500), hits, ref order, ref soon);
        Assert.True(outcome.Stopped);
        Assert.InRange(outcome.Count, 2, 499);
    }

    [Fact]
    public void Search_CancelledToken_Stops()
    {
        var graph = TestData.Graph(TestData.Rows(Metric.Dot, [[1f], [2f]]));
        var order = default(RowNumberOrder);
        var stop = new CancellationStop(new CancellationToken(canceled: true));
        Assert.True(graph.Search(new VectorQuery([1f], 5), new RowHit[2], ref order, ref stop).Stopped);
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

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void Search_WarmedUp_AllocatesNothing(VectorCode code)
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_000, 20, seed: 26));
        Allocations.AssertNone(TestData.Graph(rows, new HnswOptions { Code = code }), rows[0], breadth: 64);
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
        Assert.Equal(
            (16, 200, 1L, 2_048),
            (options.Connectivity, options.BuildBreadth, options.Seed, options.CodeBytesLimit));
        Assert.Null(options.Code);
    }
}
