using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Index.Tests.Sealing;

/// <summary>Sealed graphs in memory.</summary>
internal static class Seals
{
    public static byte[] Bytes(HnswGraph graph)
    {
        GraphSeal seal = graph.Seal();
        using var stream = new MemoryStream();
        seal.WriteTo(stream);
        Assert.Equal(seal.ByteCount, stream.Length);
        return stream.ToArray();
    }

    public static SealedGraph Open(ReadOnlySpan<byte> bytes)
    {
        using var buffer = new NativeBuffer(bytes);
        return SealedGraph.Open(buffer);
    }

    public static SealedGraph Open(HnswGraph graph)
    {
        var opened = Open(Bytes(graph));
        Assert.Empty(opened.Validate());
        return opened;
    }
}
