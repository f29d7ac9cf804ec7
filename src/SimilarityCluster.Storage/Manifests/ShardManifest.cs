using System.Buffers.Binary;
using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>
/// What a shard is and who may write it: the content of a numbered document below <c>manifest/</c>.
/// </summary>
/// <remarks>
/// All numbers are little-endian. Every manifest so far is that of a takeover, and those are never deleted.
/// <code>
/// offset  type    meaning
///      0  int32   version of the layout, 1
///      4  int32   metric
///      8  int32   dimension
///     12  int32   0
///     16  int64   epoch of the owner
///     24  int64   first live log slot; replay begins there
/// </code>
/// </remarks>
/// <param name="Epoch">The owner's number; grows with every owner.</param>
/// <param name="Schema">What every record has in common.</param>
/// <param name="FirstSlot">The first live log slot; replay begins there.</param>
internal sealed record ShardManifest(long Epoch, ShardSchema Schema, long FirstSlot)
{
    private const int Version = 1;
    private const int Bytes = 32;

    /// <summary>Writes the layout above.</summary>
    internal byte[] Encode()
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), (int)Schema.Metric);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Schema.Dimension);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FirstSlot);
        return bytes;
    }

    /// <summary>Reads the layout above.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not that layout; the message names <paramref name="source"/>.
    /// </exception>
    internal static ShardManifest Decode(string source, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes || BinaryPrimitives.ReadInt32LittleEndian(bytes) != Version)
        {
            throw new InvalidDataException(
                $"Manifest '{source}' is damaged: expected {Bytes} bytes of layout version {Version}, "
                + $"given {bytes.Length} bytes.");
        }

        var metric = (Metric)BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var epoch = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        var firstSlot = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        return Enum.IsDefined(metric) && dimension > 0 && epoch > 0 && firstSlot > 0
            ? new ShardManifest(epoch, new ShardSchema(metric, dimension), firstSlot)
            : throw new InvalidDataException(
                $"Manifest '{source}' is damaged: metric {metric}, dimension {dimension}, epoch {epoch}, "
                + $"slot {firstSlot}.");
    }
}
