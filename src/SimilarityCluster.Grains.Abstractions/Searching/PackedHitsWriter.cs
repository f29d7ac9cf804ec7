using System.Buffers;
using System.Buffers.Binary;

namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>Packs the hits of several queries into one run of bytes.</summary>
/// <remarks>
/// All numbers are little-endian. For each query, in order:
/// <list type="table">
/// <listheader><term>bytes</term><description>meaning</description></listheader>
/// <item><term>4</term><description>number of hits that follow</description></item>
/// </list>
/// and for each hit, ascending by distance, then by id:
/// <list type="table">
/// <listheader><term>bytes</term><description>meaning</description></listheader>
/// <item><term>4</term><description>distance, float32</description></item>
/// <item><term>2 + n</term><description>length and bytes of the id, UTF-8</description></item>
/// <item><term>4 + n</term><description>length and bytes of the metadata, if asked for</description></item>
/// <item><term>4 + n</term><description>length and bytes of the vector, if asked for</description></item>
/// </list>
/// Orleans would write a header for each element instead, which was measured to cost more than the call.
/// </remarks>
/// <param name="destination">Receives the bytes.</param>
public readonly ref struct PackedHitsWriter(IBufferWriter<byte> destination)
{
    /// <summary>Begins the hits of the next query.</summary>
    /// <param name="hitCount">Hits that will follow.</param>
    public void BeginQuery(int hitCount)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(sizeof(int)), hitCount);
        destination.Advance(sizeof(int));
    }

    /// <summary>Adds one hit.</summary>
    /// <param name="id">UTF-8, at most 65,535 bytes.</param>
    /// <param name="distance">Smaller is nearer.</param>
    /// <param name="metadata">Encoded metadata, or empty.</param>
    /// <param name="vector">Little-endian float32, or empty.</param>
    public void AddHit(
        ReadOnlySpan<byte> id, float distance, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> vector)
    {
        const int Lengths = sizeof(ushort) + (2 * sizeof(int));
        var length = sizeof(float) + Lengths + id.Length + metadata.Length + vector.Length;
        var span = destination.GetSpan(length);
        BinaryPrimitives.WriteSingleLittleEndian(span, distance);
        span = span[sizeof(float)..];
        BinaryPrimitives.WriteUInt16LittleEndian(span, checked((ushort)id.Length));
        span = span[sizeof(ushort)..];
        id.CopyTo(span);
        span = AddBlock(span[id.Length..], metadata);
        AddBlock(span, vector);
        destination.Advance(length);
    }

    private static Span<byte> AddBlock(Span<byte> span, ReadOnlySpan<byte> block)
    {
        BinaryPrimitives.WriteInt32LittleEndian(span, block.Length);
        block.CopyTo(span[sizeof(int)..]);
        return span[(sizeof(int) + block.Length)..];
    }
}
