using System.Buffers.Binary;

namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>Reads what <see cref="PackedHitsWriter"/> wrote, front to back.</summary>
/// <param name="packed">The bytes; hits refer to them.</param>
public struct PackedHitsReader(ReadOnlyMemory<byte> packed)
{
    private ReadOnlyMemory<byte> _rest = packed;

    /// <summary>Begins the next query.</summary>
    /// <returns>The number of its hits.</returns>
    public int ReadHitCount() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    /// <summary>Reads the next hit of the query.</summary>
    /// <returns>The hit.</returns>
    public PackedHit ReadHit()
    {
        var distance = BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)).Span);
        var id = Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)).Span));
        var metadata = Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span));
        var vector = Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span));
        return new PackedHit(id, distance, metadata, vector);
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
