#pragma warning disable MA0048 // Kind, record and layout are read together.
using System.Buffers.Binary;
using System.IO.Hashing;

namespace SimilarityCluster.Storage.Log;

/// <summary>What a record of the log says.</summary>
internal enum LogRecordKind : ushort
{
    /// <summary>A new owner begins; no payload, the slot tells its epoch.</summary>
    Fence = 1,

    /// <summary>A batch, see <see cref="WriteRecord"/>.</summary>
    Write = 2,
}

/// <summary>One record of a slot.</summary>
/// <remarks>
/// All numbers are little-endian.
/// <code>
/// offset  type    meaning
///      0  int32   bytes of payload
///      4  uint16  version of the layout, 1
///      6  uint16  kind, see LogRecordKind
///      8  uint64  XxHash3 (64 bits) of bytes 0 to 7 and the payload
///     16  ...     payload
/// </code>
/// </remarks>
/// <param name="Kind">What it says.</param>
/// <param name="Payload">As the kind lays it out.</param>
internal readonly record struct LogRecord(LogRecordKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes before the payload.</summary>
    internal const int HeaderBytes = 16;

    private const ushort Version = 1;

    /// <summary>Fills the header of a buffer whose payload stands behind it.</summary>
    internal static void Seal(Span<byte> buffer, LogRecordKind kind)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer, buffer.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], (ushort)kind);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[8..], ChecksumOf(buffer));
    }

    /// <summary>Reads the record at the reader's place.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    internal static LogRecord Read(ref PayloadReader reader)
    {
        var header = reader.Peek(HeaderBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        var kind = (LogRecordKind)BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (length < 0 || version != Version || kind is not (LogRecordKind.Fence or LogRecordKind.Write))
        {
            throw reader.Damaged($"a record of kind {kind}, layout version {version} and {length} bytes");
        }

        var record = reader.Take((long)HeaderBytes + length);
        return BinaryPrimitives.ReadUInt64LittleEndian(record.Span[8..]) == ChecksumOf(record.Span)
            ? new LogRecord(kind, record[HeaderBytes..])
            : throw reader.Damaged("the checksum of a record does not match");
    }

    private static ulong ChecksumOf(ReadOnlySpan<byte> record)
    {
        var hash = new XxHash3();
        hash.Append(record[..8]);
        hash.Append(record[HeaderBytes..]);
        return hash.GetCurrentHashAsUInt64();
    }
}
