using System.Buffers.Binary;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Log;

/// <summary>
/// One numbered object of the log: every write that arrived while the slot before it was put.
/// </summary>
/// <remarks>
/// The content of an <see cref="Envelope"/>. All numbers are little-endian.
/// <code>
/// offset  type    meaning
///      0  int64   epoch of the owner that wrote it
///      8  int64   sequence before its first write
///     16  int32   records
///     20  ...     records, see LogRecord
/// </code>
/// </remarks>
/// <param name="Key">The object's key.</param>
/// <param name="Epoch">The owner that wrote it.</param>
/// <param name="SequenceBefore">The sequence before its first write.</param>
/// <param name="Records">What it says, in order.</param>
internal sealed record LogSlot(string Key, long Epoch, long SequenceBefore, IReadOnlyList<LogRecord> Records)
{
    private const int HeaderBytes = 20;

    /// <summary>Whether it tells of a new owner.</summary>
    internal bool IsFence => Records.Any(record => record.Kind == LogRecordKind.Fence);

    /// <summary>Bytes of its records.</summary>
    internal long ByteCount => Records.Sum(record => (long)LogRecord.HeaderBytes + record.Payload.Length);

    /// <summary>Lays out a slot behind the room for its envelope.</summary>
    /// <param name="epoch">The owner.</param>
    /// <param name="sequenceBefore">The sequence before its first write.</param>
    /// <param name="records">Whole records, sealed.</param>
    internal static byte[] Encode(long epoch, long sequenceBefore, IReadOnlyList<byte[]> records)
    {
        var buffer = new byte[checked(
            Envelope.HeaderBytes + HeaderBytes + records.Sum(record => record.Length))];
        var content = buffer.AsSpan(Envelope.HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(content, epoch);
        BinaryPrimitives.WriteInt64LittleEndian(content[8..], sequenceBefore);
        BinaryPrimitives.WriteInt32LittleEndian(content[16..], records.Count);
        content = content[HeaderBytes..];
        foreach (var record in records)
        {
            record.CopyTo(content);
            content = content[record.Length..];
        }

        return buffer;
    }

    /// <summary>Reads a slot.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    internal static LogSlot Decode(string key, ReadOnlyMemory<byte> content)
    {
        var reader = new PayloadReader(content, key);
        var epoch = reader.TakeInt64();
        var sequenceBefore = reader.TakeInt64();
        var records = new LogRecord[reader.TakeCount(LogRecord.HeaderBytes)];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = LogRecord.Read(ref reader);
        }

        reader.End();
        return new LogSlot(key, epoch, sequenceBefore, records);
    }
}
