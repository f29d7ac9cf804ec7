using System.IO.Compression;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

/// <summary>What version 1 has written stays readable.</summary>
public sealed class SegmentSampleTests
{
    private readonly SegmentFile _segment = SegmentSample.Open(Unpacked());

    [Fact]
    public void Open_SampleOfVersion1_IsWhole()
    {
        Assert.Empty(_segment.Faults());
        Assert.Equal((9, 8), (_segment.RowCount, _segment.LiveAtSealCount));
        var rows = _segment.Graph.Rows;
        Assert.Equal((Metric.Euclidean, 2, 9), (rows.Metric, rows.Dimension, rows.Count));
    }

    [Fact]
    public void VectorOf_SampleOfVersion1_HasTheRecordsRows()
    {
        for (var row = 0; row < _segment.RowCount; row++)
        {
            var number = (int)_segment.VectorOf(row)[0];
            Assert.Equal([number, number * number], _segment.VectorOf(row));
            Assert.Equal(Shards.Utf8($"id{Math.Min(number, 7)}"), _segment.IdOf(row));
            Assert.Equal(
                Shards.Utf8(number == 4 ? "" : $"metadata {number}"), _segment.MetadataOf(row));
            Assert.Equal(100 + number, _segment.SequenceOf(row));
        }
    }

    [Theory]
    [InlineData("id0", 0)]
    [InlineData("id6", 6)]
    [InlineData("id7", 8)]
    public void TryFind_SampleOfVersion1_FindsTheLiveRow(string id, int number)
    {
        Assert.True(_segment.TryFind(Shards.Utf8(id), out var row));
        Assert.Equal(number, _segment.VectorOf(row)[0]);
        Assert.Equal(row, _segment.OrderedRow(_segment.RankAfter(Shards.Utf8(id)) - 1));
    }

    [Fact]
    public void Graph_SampleOfVersion1_IsSearched()
    {
        var hits = SegmentSample.Search(_segment.Graph, [3.1f, 9.5f], 9, 9);
        Assert.Equal(9, hits.Length);
        Assert.Equal(3, _segment.VectorOf(hits[0].Row)[0]);
    }

    private static byte[] Unpacked()
    {
        using var packed = new GZipStream(
            new MemoryStream(Convert.FromBase64String(Sample)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    // Nine rows (i, i * i), float32, connectivity 2; row 7 is dead and has the id of row 8.
    private const string Sample =
        "H4sIAAAAAAACA+3dv2sTYRzH8e81l6TxB4pUFITQMUOVNrU/BsEkVNuCwWJEHA08tb1WQaQ4KQQ6OBWcdO2/4KIgERxV8C9w"
        + "6ergJk6C3vW+98MjQ71HKcH3ix6fp5d77noXOjxPLt/rLLcXbzRXlhwRKfjLiL9UNCMFAQAAAAAAw86J0gmbTnrMn1onme2C"
        + "OYJiZrsRSc0dpNb99GXXuQO2Kw1YV07+Tod3CwAAAACAPxeNzfMK9jFqsY+/cXwAAAAAACAH+vw/7zhcUvcK2IzfXYv+RT2H"
        + "vP2j+w5szt9m/sLVexzy9i9ZzMGIxbGZfwEAAACAYdJoiJxs2uxApNfI3z3o27M4fu9yuOS16x//ffPwrv+74Pq38vff8/sv"
        + "WPQX/9x7Lf4PAAAAAOD/EH2GH33/vqJ5TPOE5inN05pnNc9pembaM3XPXPTMlGdmPDPpmVnPzPk/XGQAAAAAAA7ZEc2xTFY1"
        + "a5p1zUuaVzVXNO+vbnVNd6s7Ph236nFrKm7NxK3JuDUbt+bi1jzvDAAAAAAA9tY072qua65qeppGc0NzU/MelxAAAAAAgKEQ"
        + "1XEL8pGYJ0E9umvu+eulAa+PPl57E9Tb+3C09qMw4PUo+1/ObAc1+fpvX38OatNt73x7HtTZe9n/fjt7XAAAAAAA8G8V9bv/"
        + "jiTPA3RTNeUBAAAAAMDw+zq2d2GiVm12ltudK4vtm44+EbASjf8b4XY7zacTH199qpYleWZgWqOVzB9IqiDAZqa+oNwJY1eS"
        + "5/7texDGkiTzEvt6v0Vcn1CehTGuv5bjcv5hMHdxMLderD+cP+4t/AILkZAmCKIAAA==";
}
