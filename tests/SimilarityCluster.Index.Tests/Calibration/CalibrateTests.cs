using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests.Calibration;

public sealed class CalibrateTests
{
    public static TheoryData<Metric, VectorCode> MetricsAndCodes =>
        new MatrixTheoryData<Metric, VectorCode>(
            Enum.GetValues<Metric>(), [VectorCode.EightBit, VectorCode.Principal, VectorCode.Float32]);

    private static readonly double[] Targets = [0.9, 0.95, 0.98];

    private static readonly HnswOptions Poor = new() { Connectivity = 4, BuildBreadth = 20 };

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void BreadthFor_QueriesDrawnLikeTheRows_ReachTheTarget(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 4_000, 48, seed: 91));
        var options = new HnswOptions { Connectivity = 8, BuildBreadth = 100, Code = code };
        var graph = TestData.Graph(rows, options);
        Calibrate(graph);
        var queries = TestData.Clustered(metric, 300, 48, seed: 92);
        Assert.All(Targets, target =>
        {
            var breadth = graph.BreadthFor(target, 10);
            Assert.InRange(breadth, 10, 1_000);
            Assert.InRange(TestData.Recall(graph, rows, queries, breadth), target - 0.02, 1);
        });
        Assert.True(graph.BreadthFor(Targets[0], 10) < graph.BreadthFor(Targets[^1], 10));
    }

    [Fact]
    public void IsCalibrationDue_GraphGrows_IsWhenTheRowsHaveDoubled()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 2_600, 8, seed: 93);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..1_000]);
        var graph = TestData.Graph(rows, new HnswOptions { Code = VectorCode.Float32 });
        Assert.False(graph.IsCalibrationDue);
        Append(1_200);
        Assert.True(graph.IsCalibrationDue);
        Assert.Equal(0, graph.BreadthFor(0.5, 10));
        Calibrate(graph);
        Assert.False(graph.IsCalibrationDue);
        Assert.InRange(graph.BreadthFor(0.5, 10), 10, 1_000);
        Append(2_399);
        Assert.False(graph.IsCalibrationDue);
        Append(2_400);
        Assert.True(graph.IsCalibrationDue);

        void Append(int count)
        {
            while (rows.Count < count)
            {
                rows.Append(vectors[rows.Count]);
            }

            TestData.Drain(graph);
        }
    }

    [Fact]
    public void BreadthFor_AllOfThem_IsExactOnly()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_100, 8, seed: 94));
        var graph = TestData.Graph(rows, Poor);
        Calibrate(graph);
        Assert.Equal(0, graph.BreadthFor(1, 10));
    }

    [Fact]
    public void Calibrate_MostRowsDeletedOrNoRows_Ends()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_100, 8, seed: 95));
        var graph = TestData.Graph(rows, Poor);
        for (var row = 0; row < 1_095; row++)
        {
            rows.Delete(row);
        }

        Calibrate(graph);
        Assert.False(new HnswGraph(new VectorRows(Metric.Euclidean, 8), Poor).Calibrate(1));
    }

    [Fact]
    public void Calibrate_NoQueries_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new HnswGraph(new VectorRows(Metric.Euclidean, 8), Poor).Calibrate(0));

    private static void Calibrate(HnswGraph graph)
    {
        while (graph.Calibrate(16))
        {
        }
    }
}
