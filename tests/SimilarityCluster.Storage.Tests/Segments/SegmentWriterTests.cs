using System.IO.Compression;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

public sealed class SegmentWriterTests
{
    private readonly SegmentSample _sample = SegmentSample.Create(60, seed: 521);

    [Fact]
    public void Write_StreamThatCannotSeek_GetsTheSameBytes()
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            _sample.WriteTo(packing);
        }

        packed.Position = 0;
        using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacking.CopyTo(bytes);
        Assert.Equal(_sample.Bytes(), bytes.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(513)]
    public void Write_IdOfAForbiddenLength_IsRefused(int length)
    {
        _sample.Ids[9] = new byte[length];
        var refusal = Assert.Throws<InvalidOperationException>(() => _sample.Bytes());
        Assert.Equal($"The id of row 9 has {length} bytes; expected 1 to 512.", refusal.Message);
    }

    [Fact]
    public void Write_TwoLiveRowsOfOneId_IsRefused()
    {
        (_sample.Live[3], _sample.Live[50], _sample.Ids[3]) = (true, true, _sample.Ids[50]);
        var refusal = Assert.Throws<InvalidOperationException>(() => _sample.Bytes());
        Assert.EndsWith("are both live and have one id.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_GraphOfOtherRows_IsRefused()
    {
        var seal = SegmentSample.Create(59, seed: 522).Graph.Seal();
        var refusal = Assert.Throws<ArgumentException>(
            () => SegmentWriter.Write(Stream.Null, seal, _sample));
        Assert.StartsWith(
            "The source has 60 rows; the graph has 59.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(1_000_000, 2_097_152)]
    [InlineData(1 << 30, 1L << 31)]
    public void CapacityFor_LiveRows_IsAPowerOfTwoOfHalfAsManyMore(int liveCount, long capacity) =>
        Assert.Equal(capacity, SegmentFormat.CapacityFor(liveCount));
}
