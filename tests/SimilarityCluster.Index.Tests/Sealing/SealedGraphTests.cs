using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests.Sealing;

public sealed class SealedGraphTests
{
    public static TheoryData<Metric, VectorCode> MetricsAndCodes =>
        new MatrixTheoryData<Metric, VectorCode>(Enum.GetValues<Metric>(), Enum.GetValues<VectorCode>());

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void Search_SealedSeed301_FindsWhatTheGraphFinds(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 3_000, 32, seed: 301));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code });
        var order = graph.Seal().Order.ToArray();
        Assert.Equal(Enumerable.Range(0, rows.Count), order.Order());
        var opened = Seals.Open(graph);
        Assert.All(TestData.Clustered(metric, 50, 32, seed: 302), query =>
        {
            var expected = TestData.Search(graph, query, 10, 300);
            var found = TestData.Search(opened, query, 10, 300);
            Assert.Equal(expected, found.Select(hit => hit with { Row = order[hit.Row] }));
        });
    }

    [Fact]
    public void SearchEach_Sealed_EqualsSingleSearches()
    {
        var opened = Seals.Open(Graph(count: 2_000));
        var queries = TestData.Clustered(Metric.Euclidean, 8, 16, seed: 304);
        var (hits, outcomes) = (new RowHit[8 * 5], new SearchOutcome[8]);
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var query = new VectorQuery(queries.SelectMany(vector => vector).ToArray(), 40);
        opened.SearchEach(query, hits, outcomes, ref order, ref never);
        for (var number = 0; number < queries.Length; number++)
        {
            var found = hits[(number * 5)..((number + 1) * 5)];
            Assert.Equal(TestData.Search(opened, queries[number], 5, 40), found);
        }
    }

    [Fact]
    public void Search_SealedWarm_AllocatesNothing() => Allocations.AssertNone(
        Seals.Open(Graph(count: 2_000)),
        TestData.Clustered(Metric.Euclidean, 1, 16, seed: 305)[0],
        breadth: 50);

    [Fact]
    public void Rows_OfASealedGraph_AreThoseOfTheOrder()
    {
        var rows = Rows(count: 500);
        var graph = TestData.Graph(rows);
        var own = Seals.Open(graph).Rows;
        var order = graph.Seal().Order;
        Assert.Equal((Metric.Euclidean, 16, 500), (own.Metric, own.Dimension, own.Count));
        for (var row = 0; row < order.Length; row++)
        {
            Assert.Equal(rows[order[row]], own[row]);
        }
    }

    [Fact]
    public void Open_MoreBytesBehindTheGraph_TellsWhereItsPartsEnd()
    {
        var graph = Graph(count: 500);
        var seal = graph.Seal();
        var bytes = Seals.Bytes(graph);
        var opened = Seals.Open([.. bytes, .. new byte[10_000]]);
        Assert.Equal((seal.VectorOffset, seal.ByteCount), (opened.VectorOffset, opened.ByteCount));
        Assert.Equal(bytes.Length, opened.ByteCount);
        var vectors = MemoryMarshal.Cast<byte, float>(bytes.AsSpan((int)opened.VectorOffset));
        Assert.Equal(opened.Rows[0], vectors[..16]);
    }

    [Fact]
    public void Append_ToASealedGraph_IsRefused()
    {
        var opened = Seals.Open(Graph(count: 10));
        var fault = Assert.Throws<InvalidOperationException>(() => opened.Rows.Append(new float[16]));
        Assert.Equal("These rows are sealed; none can be appended.", fault.Message);
    }

    [Fact]
    public void Delete_OfASealedGraph_HidesTheRow()
    {
        var opened = Seals.Open(Graph(count: 1_500));
        var query = opened.Rows[700];
        Assert.Equal(700, TestData.Search(opened, query, 3, 50)[0].Row);
        Assert.True(opened.Rows.Delete(700));
        var hits = TestData.Search(opened, query, 3, 50);
        Assert.Equal(3, hits.Length);
        Assert.DoesNotContain(hits, hit => hit.Row == 700);
        Assert.Equal(hits, TestData.Search(new FlatSearcher(opened.Rows), query, 3));
    }

    [Fact]
    public void Order_OfARepairedGraph_LeavesTheRemovedRowsOut()
    {
        var rows = Rows(count: 2_000);
        var graph = TestData.Graph(rows);
        for (var row = 0; row < rows.Count; row += 3)
        {
            rows.Delete(row);
        }

        Assert.Equal(2_000, graph.Seal().Order.Length);
        while (graph.Repair(100))
        {
        }

        // The root of the tree and the entry stay, deleted or not.
        var order = graph.Seal().Order.ToArray();
        Assert.InRange(order.Count(rows.IsDeleted), 0, 2);
        Assert.Equal(rows.LiveCount, order.Count(row => !rows.IsDeleted(row)));
        Assert.Equal(order.Length, Seals.Open(graph).Rows.Count);
    }

    [Fact]
    public void Open_AnEmptyGraph_FindsNothing()
    {
        var opened = Seals.Open(new HnswGraph(new VectorRows(Metric.Dot, 3), new HnswOptions()));
        Assert.Equal(0, opened.Rows.Count);
        Assert.Empty(TestData.Search(opened, [1, 2, 3], 5, 5));
    }

    [Fact]
    public void BreadthFor_Calibrated_IsKept()
    {
        var graph = Graph(count: 2_000);
        Assert.Equal(0, Seals.Open(graph).BreadthFor(0.9, 10));
        while (graph.Calibrate(16))
        {
        }

        var opened = Seals.Open(graph);
        Assert.NotEqual(0, opened.BreadthFor(0.9, 10));
        Assert.Equal(
            new[] { 0.5, 0.9, 0.99, 1 }.Select(recall => graph.BreadthFor(recall, 20)),
            new[] { 0.5, 0.9, 0.99, 1 }.Select(recall => opened.BreadthFor(recall, 20)));
    }

    [Fact]
    public void Open_BufferDisposed_StaysUntilTheGraphIsGone()
    {
        var buffer = new NativeBuffer(Seals.Bytes(Graph(count: 300)));
        Use(buffer);
        for (var round = 0; round < 10 && !buffer.IsReleased; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(buffer.IsReleased);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Use(NativeBuffer buffer)
        {
            var opened = SealedGraph.Open(buffer);
            buffer.Dispose();
            Assert.Equal(5, TestData.Search(opened, new float[16], 5, 50).Length);
            Assert.False(buffer.IsReleased);
            GC.KeepAlive(opened);
        }
    }

    private static VectorRows Rows(int count) => TestData.Rows(
        Metric.Euclidean, TestData.Clustered(Metric.Euclidean, count, 16, seed: 303));

    private static HnswGraph Graph(int count) => TestData.Graph(Rows(count));
}
