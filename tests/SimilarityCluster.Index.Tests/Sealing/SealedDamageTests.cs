using System.Buffers.Binary;
using System.IO.Compression;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Index.Tests.Sealing;

public sealed class SealedDamageTests
{
    [Theory]
    [InlineData(8, 2, "The sealed graph's version is 2; expected 1 to 1.")]
    [InlineData(12, 0, "The sealed graph's metric is 0; expected 1 to 3.")]
    [InlineData(16, 0, "The sealed graph's dimension is 0; expected 1 to 65536.")]
    [InlineData(20, -1, "The sealed graph's row count is -1; expected 0 to 1073741824.")]
    [InlineData(24, 1, "The sealed graph's connectivity is 1; expected 2 to 128.")]
    [InlineData(28, 9, "The sealed graph's code is 9; expected 0 to 3.")]
    [InlineData(32, 300, "The sealed graph's entry is 300; expected 0 to 299.")]
    [InlineData(36, 4_501, "The sealed graph's count of upper links is 4501; expected 0 to 4500.")]
    [InlineData(40, 1_025, "The sealed graph's count of breadths is 1025; expected 0 to 1024.")]
    [InlineData(44, 127, "The quantizer ends after 127 bytes; its step of dimension needs 1 more.")]
    [InlineData(48, -1, "The sealed graph's growth 0 is NaN; expected a finite number from 0 up.")]
    public void Open_ImpossibleHeader_SaysWhat(int offset, int number, string message)
    {
        var bytes = Seals.Bytes(Graph(VectorCode.EightBit));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), number);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Seals.Open(bytes)).Message);
    }

    [Theory]
    [InlineData(0, "The sealed graph has 0 bytes; expected 52 and more.")]
    [InlineData(51, "The sealed graph has 51 bytes; expected 52 and more.")]
    [InlineData(4_200, "The sealed graph has 4200 bytes; expected 4224 and more.")]
    [InlineData(9_000, "The sealed graph has 9000 bytes; expected 101120.")]
    public void Open_CutOff_SaysSo(int length, string message)
    {
        var bytes = Seals.Bytes(Graph(VectorCode.EightBit)).AsSpan(0, length).ToArray();
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Seals.Open(bytes)).Message);
    }

    [Fact]
    public void Open_SomethingElse_SaysSo() => Assert.Equal(
        "This is no sealed graph: expected it to begin with SIMGRAPH.",
        Assert.Throws<InvalidDataException>(() => Seals.Open(new byte[100])).Message);

    [Fact]
    public void Open_LastByteMissing_SaysSo()
    {
        var bytes = Seals.Bytes(Graph(VectorCode.EightBit));
        var fault = Assert.Throws<InvalidDataException>(() => Seals.Open(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Equal(
            $"The sealed graph has {bytes.Length - 1} bytes; expected {bytes.Length}.", fault.Message);
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void Open_OneBitFlippedSeed311_IsRefusedOrSearched(VectorCode code)
    {
        var bytes = Seals.Bytes(Graph(code));
        var random = new Random(311);
        var (refused, searched) = (0, 0);
        for (var flip = 0; flip < 1_000; flip++)
        {
            // Half of them before the blocks, where most of what matters is.
            var place = random.Next(flip % 2 == 0 ? bytes.Length : bytes.Length / 4);
            var bit = (byte)(1 << random.Next(8));
            bytes[place] ^= bit;
            try
            {
                var opened = Seals.Open(bytes);
                Assert.InRange(TestData.Search(opened, opened.Rows[7], 10, 30).Length, 0, 10);
                searched++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            bytes[place] ^= bit;
        }

        Assert.True(refused > 0 && searched > 0, $"{refused} refused, {searched} searched.");
    }

    [Fact]
    public void Open_SampleOfVersion1_IsRead()
    {
        using var packed = new GZipStream(
            new MemoryStream(Convert.FromBase64String(Sample)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        var opened = Seals.Open(bytes.ToArray());
        Assert.Empty(opened.Validate());
        var rows = opened.Rows;
        Assert.Equal((Metric.Euclidean, 2, 9), (rows.Metric, rows.Dimension, rows.Count));
        var hits = TestData.Search(opened, [3.1f, 9.5f], 9, 9);
        Assert.Equal(3, opened.Rows[hits[0].Row][0]);
        Assert.Equal(9, hits.Length);
    }

    [Fact]
    public unsafe void GraphNode_OnDisk_Has20Bytes()
    {
        Assert.Equal(20, sizeof(GraphNode));
        Assert.Equal(52, SealedHeader.ByteCount);
    }

    private static HnswGraph Graph(VectorCode code) => TestData.Graph(
        TestData.Rows(Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 300, 16, seed: 310)),
        new HnswOptions { Code = code });

    // Nine rows (i, i * i), float32, connectivity 2.
    private const string Sample =
        "H4sIAAAAAAACA+3aTQrCMBCG4Yn9UXfeyFYEdSGIXihH8SguPYY30YQ2GEoXOiNI4X0gVEK+xNRVxlwOx925Pe2diBSh"
        + "zUJb9s+kEAAAAAAAMHUuPV330eVn/qxPBuNijaAajJtJVjvI+p7BsK8cGVeP9M3f39PxawEAAAAA8L10NteKcywMc/xi"
        + "fQAAAAAAIB/9/689h0t2V8Byfi8N+arfgzaf7h1Y9m+pX5T9HQdtvjbUYMSwNvUXAAAAAJiSphFZtZYJRHyjj8esN6zv"
        + "113Tuob17+3/3v8tvv+NPv8I+a0hL2HvXp1/AZXxSSdAQgAA";
}
