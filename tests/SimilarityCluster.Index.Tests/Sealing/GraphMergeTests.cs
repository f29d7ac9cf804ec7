using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Index.Tests.Sealing;

public sealed class GraphMergeTests
{
    [Theory]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.Principal)]
    [InlineData(VectorCode.Float32)]
    public void Merge_ThreeGraphsWithDeletedRowsSeed321_FindsAllLiveRows(VectorCode code)
    {
        var sources = Sources(code, 500, 2_000, 1_000);
        foreach (var source in sources)
        {
            for (var row = 0; row < source.Rows.Count; row += 5)
            {
                source.Rows.Delete(row);
            }
        }

        var merge = Merge(sources, code);
        Assert.Equal(2_000, merge.Graph.Count);
        Finish(merge.Graph);
        Assert.Empty(merge.Graph.Validate(isRepaired: true));
        Assert.Equal(sources.Sum(source => source.Rows.LiveCount), merge.Rows.LiveCount);
        var order = merge.Graph.Seal().Order.ToArray();
        var opened = Seals.Open(merge.Graph);
        var found = new HashSet<MergedRow>();
        for (var row = 0; row < order.Length; row++)
        {
            var source = merge.SourceOf(order[row]);
            Assert.Equal(sources[source.Source].Rows[source.Row], opened.Rows[row]);
            Assert.True(found.Add(source));
            if (merge.Rows.IsDeleted(order[row]))
            {
                opened.Rows.Delete(row);
            }
        }

        Assert.Equal(merge.Rows.LiveCount, opened.Rows.LiveCount);
        var queries = TestData.Clustered(Metric.Euclidean, 100, 16, seed: 322);
        Assert.InRange(TestData.Recall(opened, opened.Rows, queries, breadth: 64), 0.97, 1);
    }

    [Fact]
    public void Merge_OtherConnectivity_BuildsAnew()
    {
        var sources = Sources(VectorCode.EightBit, 400, 300);
        var merge = new GraphMerge(sources, new HnswOptions { Connectivity = 8 });
        Assert.Equal((0, 700), (merge.Graph.Count, merge.Rows.Count));
    }

    [Fact]
    public void Merge_MostRowsOfTheLargestDeleted_GoesOnWithAnother()
    {
        var sources = Sources(VectorCode.EightBit, 1_000, 300);
        for (var row = 0; row < 501; row++)
        {
            sources[0].Rows.Delete(row);
        }

        var merge = Merge(sources, VectorCode.EightBit);
        Assert.Equal((300, 799), (merge.Graph.Count, merge.Rows.Count));
        Assert.Equal(new MergedRow(1, 0), merge.SourceOf(0));
    }

    [Fact]
    public void Merge_OtherDimension_IsRefused()
    {
        var other = Seals.Open(new HnswGraph(new VectorRows(Metric.Euclidean, 8), new HnswOptions()));
        var fault = Assert.Throws<ArgumentException>(
            () => new GraphMerge([.. Sources(VectorCode.EightBit, 10), other], new HnswOptions()));
        Assert.StartsWith(
            "Graph 1 has Euclidean, dimension 8; expected Euclidean, dimension 16, as of graph 0.",
            fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_Nothing_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new GraphMerge([], new HnswOptions()));

    private static GraphMerge Merge(SealedGraph[] sources, VectorCode code) =>
        new(sources, new HnswOptions { Code = code });

    private static SealedGraph[] Sources(VectorCode code, params int[] counts) =>
        [.. counts.Select((count, index) => Seals.Open(TestData.Graph(
            TestData.Rows(
                Metric.Euclidean, TestData.Clustered(Metric.Euclidean, count, 16, seed: 3_210 + index)),
            new HnswOptions { Code = code })))];

    private static void Finish(HnswGraph graph)
    {
        TestData.Drain(graph);
        while (graph.Repair(100))
        {
        }

        while (graph.ImproveNext())
        {
        }
    }
}
