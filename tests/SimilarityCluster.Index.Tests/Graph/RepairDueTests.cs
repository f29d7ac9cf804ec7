namespace SimilarityCluster.Index.Tests.Graph;

public sealed class RepairDueTests
{
    [Fact]
    public void IsRepairDue_AnEighthDeleted_UntilItIsRepaired()
    {
        var rows = TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 9_000, 4, seed: 71));
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 20 });
        for (var row = 0; row < 1_125; row++)
        {
            rows.Delete(row * 8);
        }

        Assert.False(graph.IsRepairDue);
        rows.Delete(1);
        Assert.True(graph.IsRepairDue);
        while (graph.Repair(500))
        {
        }

        Assert.False(graph.IsRepairDue);
    }

    [Fact]
    public void Repair_NoRows_Throws()
    {
        var graph = new HnswGraph(new VectorRows(Metric.Dot, 1), new HnswOptions());
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Repair(0));
        Assert.False(graph.Repair(1));
    }
}
