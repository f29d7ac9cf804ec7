using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests;

public sealed class ImproveTests
{
    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void ImproveNext_AllRowsSeed331_RaisesRecall(VectorCode code)
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 6_000, 32, seed: 331, spread: 2f);
        var rows = TestData.Rows(Metric.Euclidean, vectors);
        var options = new HnswOptions { Code = code, Connectivity = 6, BuildBreadth = 30 };
        var graph = TestData.Graph(rows, options);
        var queries = TestData.Clustered(Metric.Euclidean, 200, 32, seed: 332, 2f);
        var before = TestData.Recall(graph, rows, queries, 40);
        var count = 0;
        while (graph.ImproveNext())
        {
            count++;
        }

        Assert.Equal(rows.Count, count);
        Assert.Empty(graph.Validate(isRepaired: false));
        var after = TestData.Recall(graph, rows, queries, 40);
        Assert.True(after > before + 0.01, $"Recall {before} before, {after} after.");
    }

    [Fact]
    public void ImproveNext_SeveralThreads_KeepsTheGraphWhole()
    {
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, 3_000, 16, seed: 333));
        var graph = TestData.Graph(rows);
        Parallel.For(0, 4, _ =>
        {
            while (graph.ImproveNext())
            {
            }
        });
        Assert.Empty(graph.Validate(isRepaired: false));
        Assert.False(graph.ImproveNext());
    }

    [Fact]
    public void ImproveNext_OneThread_AlwaysMakesTheSameGraph()
    {
        var vectors = TestData.Clustered(Metric.Dot, 1_500, 16, seed: 334);
        Assert.Equal(Improved(), Improved());

        byte[] Improved()
        {
            var graph = TestData.Graph(TestData.Rows(Metric.Dot, vectors));
            while (graph.ImproveNext())
            {
            }

            return Sealing.Seals.Bytes(graph);
        }
    }

    [Fact]
    public void ImproveNext_OneRowOrNone_Ends()
    {
        var rows = new VectorRows(Metric.Dot, 1);
        var graph = TestData.Graph(rows);
        Assert.False(graph.ImproveNext());
        rows.Append([1f]);
        TestData.InsertAll(graph, rows);
        Assert.True(graph.ImproveNext());
        Assert.False(graph.ImproveNext());
        Assert.Empty(graph.Validate(isRepaired: false));
    }
}
