#pragma warning disable MA0048 // Kind and envelope are read together.
using System.Buffers.Binary;
using System.IO.Hashing;

namespace SimilarityCluster.Storage.Objects;

/// <summary>What an enveloped object is.</summary>
internal enum EnvelopeKind : ushort
{
    /// <summary>A version of a <see cref="NumberedDocument"/>.</summary>
    Document = 1,

    /// <summary>A slot of a shard's log.</summary>
    LogSlot = 2,

    /// <summary>A checkpoint of a shard.</summary>
    Checkpoint = 3,
}

/// <summary>
/// Frames every object but segments: says what it is, who wrote it, and proves that it is whole.
/// </summary>
/// <remarks>
/// All numbers are little-endian.
/// <code>
/// offset  type    meaning
///      0  uint32  magic 0x434D4953, "SIMC"
///      4  uint16  kind, see EnvelopeKind
///      6  uint16  version of the layout, 1
///      8  int64   the object's number, as in its key; of a named object the epoch
///     16  16 B    nonce of the writer, random
///     32  int32   bytes of content
///     36  int32   0
///     40  uint64  XxHash3 (64 bits) of bytes 0 to 39 and the content
///     48  ...     content
/// </code>
/// </remarks>
internal static class Envelope
{
    /// <summary>Bytes before the content.</summary>
    internal const int HeaderBytes = 48;

    private const uint Magic = 0x434D4953;
    private const ushort Version = 1;
    private const int NonceOffset = 16;
    private const int ChecksumOffset = 40;

    /// <summary>Fills the header of a buffer whose content stands behind it.</summary>
    internal static void Seal(Span<byte> buffer, EnvelopeKind kind, long number, Guid nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], (ushort)kind);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[8..], number);
        nonce.TryWriteBytes(buffer[NonceOffset..]);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[32..], buffer.Length - HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[36..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[ChecksumOffset..], ChecksumOf(buffer));
    }

    /// <summary>Checks an object and gives its content.</summary>
    /// <exception cref="InvalidDataException">
    /// It is damaged, or not the one asked for; the message names the key.
    /// </exception>
    internal static ReadOnlyMemory<byte> Unseal(string key, byte[] bytes, EnvelopeKind kind, long number)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw Damaged(key, $"expected an envelope, given {bytes.Length} bytes that are none");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6));
        if (version != Version)
        {
            throw Damaged(key, $"expected layout version {Version}, given {version}");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(32));
        if (length != bytes.Length - HeaderBytes)
        {
            throw Damaged(key, $"expected {length} bytes of content, given {bytes.Length - HeaderBytes}");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(ChecksumOffset)) != ChecksumOf(bytes))
        {
            throw Damaged(key, "its checksum does not match");
        }

        var foundKind = (EnvelopeKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4));
        var foundNumber = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        if (foundKind != kind || foundNumber != number)
        {
            throw Damaged(key, $"expected {kind} {number}, given {foundKind} {foundNumber}");
        }

        return bytes.AsMemory(HeaderBytes);
    }

    /// <summary>Reads the writer's nonce from the first bytes of an object.</summary>
    /// <exception cref="InvalidDataException">There are too few bytes.</exception>
    internal static Guid NonceOf(string key, byte[] header) => header.Length >= HeaderBytes
        ? new Guid(header.AsSpan(NonceOffset, 16))
        : throw Damaged(key, $"expected {HeaderBytes} bytes of envelope, given {header.Length}");

    private static InvalidDataException Damaged(string key, string how) =>
        new($"Object '{key}' is damaged: {how}.");

    private static ulong ChecksumOf(ReadOnlySpan<byte> buffer)
    {
        var hash = new XxHash3();
        hash.Append(buffer[..ChecksumOffset]);
        hash.Append(buffer[HeaderBytes..]);
        return hash.GetCurrentHashAsUInt64();
    }
}
