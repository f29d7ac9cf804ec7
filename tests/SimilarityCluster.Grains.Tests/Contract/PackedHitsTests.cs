using System.Buffers;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Grains.Tests.Contract;

public sealed class PackedHitsTests
{
    [Fact]
    public void ReadHit_WrittenHits_AreReadBackInOrder()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new PackedHitsWriter(buffer);
        writer.BeginQuery(2);
        writer.AddHit("a"u8, 0.5f, "meta"u8, [1, 2, 3, 4]);
        writer.AddHit(new byte[512], -1, default, default);
        writer.BeginQuery(0);
        writer.BeginQuery(1);
        writer.AddHit("ä"u8, float.MaxValue, "m"u8, default);

        var reader = new PackedHitsReader(buffer.WrittenMemory);
        Assert.Equal(2, reader.ReadHitCount());
        AssertHit(reader.ReadHit(), "a"u8, 0.5f, "meta"u8, [1, 2, 3, 4]);
        AssertHit(reader.ReadHit(), new byte[512], -1, default, default);
        Assert.Equal(0, reader.ReadHitCount());
        Assert.Equal(1, reader.ReadHitCount());
        AssertHit(reader.ReadHit(), "ä"u8, float.MaxValue, "m"u8, default);
    }

    [Fact]
    public void AddHit_Layout_IsAsDocumented()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new PackedHitsWriter(buffer);
        writer.BeginQuery(1);
        writer.AddHit("ab"u8, 1, "c"u8, [9]);

        Assert.Equal(
            [1, 0, 0, 0, 0, 0, 0x80, 0x3f, 2, 0, (byte)'a', (byte)'b', 1, 0, 0, 0, (byte)'c', 1, 0, 0, 0, 9],
            buffer.WrittenSpan.ToArray());
    }

    private static void AssertHit(
        PackedHit hit,
        ReadOnlySpan<byte> id,
        float distance,
        ReadOnlySpan<byte> metadata,
        ReadOnlySpan<byte> vector)
    {
        Assert.Equal(distance, hit.Distance);
        Assert.Equal(id.ToArray(), hit.Id.ToArray());
        Assert.Equal(metadata.ToArray(), hit.Metadata.ToArray());
        Assert.Equal(vector.ToArray(), hit.Vector.ToArray());
    }
}
