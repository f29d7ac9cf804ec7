using System.Runtime.CompilerServices;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

public sealed class SegmentFileTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Open_WrittenRowsSeed501_GivesThemBack(int count)
    {
        var sample = SegmentSample.Create(count, seed: 501);
        var bytes = sample.Bytes();
        var segment = SegmentSample.Open(bytes);
        Assert.Equal((SegmentSample.Key, bytes.Length), (segment.Key, segment.ByteCount));
        Assert.Empty(segment.Faults());
        sample.AssertEqual(segment);
    }

    [Theory]
    [InlineData(SegmentFormat.PageBytes)]
    [InlineData(1 << 24)]
    public void Open_BlocksOfAnotherLengthSeed502_GivesTheRowsBack(int blockBytes)
    {
        var sample = SegmentSample.Create(200, seed: 502);
        var segment = SegmentSample.Open(sample.Bytes(blockBytes));
        Assert.Empty(segment.Faults());
        sample.AssertEqual(segment);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void TryFind_EveryIdSeed503_FindsTheLiveRows(int count)
    {
        var sample = SegmentSample.Create(count, seed: 503);
        var segment = SegmentSample.Open(sample.Bytes());
        var live = sample.Ordered.ToDictionary(
            row => Convert.ToHexString(sample.Ids[row]), StringComparer.Ordinal);
        foreach (var id in sample.Ids)
        {
            var isLive = live.TryGetValue(Convert.ToHexString(id), out var expected);
            Assert.Equal(isLive, segment.TryFind(id, out var row));
            Assert.Equal(isLive ? expected : -1, row);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    public void TryFind_ForeignIdsSeed504_FindsNothing(int count)
    {
        var sample = SegmentSample.Create(count, seed: 504);
        var segment = SegmentSample.Open(sample.Bytes());
        var random = new Random(504);
        for (var length = 0; length < 600; length++)
        {
            var id = new byte[length];
            random.NextBytes(id);
            Assert.False(segment.TryFind(id, out var row));
            Assert.Equal(-1, row);
        }
    }

    [Fact]
    public void OrderedRow_EveryRankSeed505_IsTheSortedList()
    {
        var sample = SegmentSample.Create(800, seed: 505);
        var segment = SegmentSample.Open(sample.Bytes());
        Assert.Equal(
            sample.Ordered, Enumerable.Range(0, segment.LiveAtSealCount).Select(segment.OrderedRow));
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.OrderedRow(segment.LiveAtSealCount));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(800)]
    public void RankAfter_IdsThereAndBetweenSeed506_IsThatOfTheSortedList(int count)
    {
        var sample = SegmentSample.Create(count, seed: 506);
        var segment = SegmentSample.Open(sample.Bytes());
        var ids = sample.Ordered.Select(row => Convert.ToHexString(sample.Ids[row])).ToList();
        byte[][] others =
        [
            [], [255, 255, 255, 255, 255],
            .. sample.Ids.Select(id => id[..^1]),
            .. sample.Ids.Select(id => (byte[])[.. id, 0]),
        ];
        foreach (var id in sample.Ids.Concat(others))
        {
            var behind = ids.FindIndex(other => string.CompareOrdinal(other, Convert.ToHexString(id)) > 0);
            Assert.Equal(behind < 0 ? ids.Count : behind, segment.RankAfter(id));
        }
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.Principal)]
    public void Graph_SearchedSeed507_FindsWhatItFoundBefore(VectorCode code)
    {
        var sample = SegmentSample.Create(1_000, seed: 507, dimension: 16, code);
        var segment = SegmentSample.Open(sample.Bytes());
        var order = sample.SealOrder.ToArray();
        for (var query = 0; query < 1_000; query += 50)
        {
            var expected = SegmentSample.Search(sample.Graph, sample.Vectors[query], 10, 100);
            var found = SegmentSample.Search(segment.Graph, sample.Vectors[query], 10, 100);
            Assert.Equal(expected, found.Select(hit => hit with { Row = order[hit.Row] }));
        }
    }

    [Fact]
    public void OpenGraph_RowsDeletedInTheOther_StayLive()
    {
        var sample = SegmentSample.Create(100, seed: 508);
        var segment = SegmentSample.Open(sample.Bytes());
        segment.Graph.Rows.Delete(5);
        var other = segment.OpenGraph();
        Assert.Equal((99, 100), (segment.Graph.Rows.LiveCount, other.Rows.LiveCount));
        Assert.Equal(5, SegmentSample.Search(other, sample.Vectors[5], 1, 50)[0].Row);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    public void IdOf_RowThatIsNotThere_IsRefused(int row)
    {
        var segment = SegmentSample.Open(SegmentSample.Create(20, seed: 509).Bytes());
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.IdOf(row).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.MetadataOf(row).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.SequenceOf(row));
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.VectorOf(row).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.VerifyVector(row));
    }

    [Fact]
    public void Open_BufferDisposed_StaysUntilSegmentAndGraphsAreGone()
    {
        var buffer = new NativeBuffer(SegmentSample.Create(50, seed: 510).Bytes());
        var graphs = new SealedGraph[1];
        Open(buffer, graphs);
        Collect();
        Assert.False(buffer.IsReleased);
        Search(graphs);
        Array.Clear(graphs);
        Collect();
        Assert.True(buffer.IsReleased);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Open(NativeBuffer buffer, SealedGraph[] graphs)
        {
            var segment = SegmentFile.Open(SegmentSample.Key, buffer);
            buffer.Dispose();
            graphs[0] = segment.OpenGraph();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Search(SealedGraph[] graphs) =>
            Assert.Equal(5, SegmentSample.Search(graphs[0], new float[8], 5, 20).Length);

        void Collect()
        {
            for (var round = 0; round < 10 && !buffer.IsReleased; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
