using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests.Graph;

/// <summary>What repairs leave, against a graph of the same live rows that never needed one.</summary>
public sealed class RowMendingTests
{
    private const int Count = 2_500;
    private const int Breadth = 32;

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void Repair_FifthOfHardRowsReplacedTenTimes_LosesHardlyAnyRecall(VectorCode code)
    {
        var vectors = Hard(Count * 3, seed: 51);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..Count]);
        var graph = TestData.Graph(rows, new HnswOptions { Code = code });
        var random = new Random(52);
        for (var round = 0; round < 10; round++)
        {
            foreach (var row in Live(rows, random).AsSpan(0, Count / 5))
            {
                rows.Delete(row);
                rows.Append(vectors[rows.Count]);
            }

            TestData.InsertAll(graph, rows);
            Repair(graph);
        }

        AssertAsGoodAsFresh(graph, rows, code);
    }

    [Fact]
    public void Repair_TenthOfHardRowsDeletedTenTimes_LosesHardlyAnyRecall()
    {
        var vectors = Hard(Count * 2, seed: 53);
        var rows = TestData.Rows(Metric.Euclidean, vectors);
        var graph = TestData.Graph(rows);
        var random = new Random(54);
        for (var round = 0; round < 10; round++)
        {
            foreach (var row in Live(rows, random).AsSpan(0, rows.LiveCount / 10))
            {
                rows.Delete(row);
            }

            Repair(graph);
        }

        AssertAsGoodAsFresh(graph, rows, VectorCode.EightBit);
    }

    [Fact]
    public void Repair_RowsInALine_LeavesAWholeGraph()
    {
        // Each row is the next one's parent: the tree is as deep as the line is long.
        var line = Enumerable.Range(0, 1_500).Select(row => new float[] { row, 1 }).ToArray();
        var rows = TestData.Rows(Metric.Euclidean, line);
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 20 });
        for (var round = 0; round < 3; round++)
        {
            foreach (var row in Enumerable.Range(0, rows.Count).Where(row => row % 7 == 2 * round))
            {
                rows.Delete(row);
            }

            Repair(graph);
        }

        Assert.All(
            Live(rows, new Random(56)).Take(100),
            row => Assert.Equal(row, TestData.Search(graph, rows[row], 1, 20).Single().Row));
    }

    // Clusters that run into each other, in so many directions that each link that is missing costs recall.
    private static float[][] Hard(int count, int seed) =>
        TestData.Clustered(Metric.Euclidean, count, dimension: 64, seed, spread: 2);

    private static int[] Live(VectorRows rows, Random random)
    {
        var live = Enumerable.Range(0, rows.Count).Where(row => !rows.IsDeleted(row)).ToArray();
        random.Shuffle(live);
        return live;
    }

    private static void Repair(HnswGraph graph)
    {
        while (graph.Repair(100))
        {
        }

        Assert.Empty(graph.Validate(isRepaired: true));
    }

    private static void AssertAsGoodAsFresh(HnswGraph graph, VectorRows rows, VectorCode code)
    {
        var live = Enumerable.Range(0, rows.Count).Where(row => !rows.IsDeleted(row));
        var freshRows = TestData.Rows(Metric.Euclidean, [.. live.Select(row => rows[row].ToArray())]);
        var fresh = TestData.Graph(freshRows, new HnswOptions { Code = code });
        var queries = Hard(1_000, seed: 55);
        var best = TestData.Recall(fresh, freshRows, queries, Breadth);
        Assert.InRange(TestData.Recall(graph, rows, queries, Breadth), best - 0.01, 1);
    }
}
