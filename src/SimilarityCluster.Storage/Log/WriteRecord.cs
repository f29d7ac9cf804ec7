using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace SimilarityCluster.Storage.Log;

/// <summary>A batch as the log keeps it: the payload of a <see cref="LogRecordKind.Write"/>.</summary>
/// <remarks>
/// All numbers are little-endian.
/// <code>
/// offset  type    meaning
///      0  int64   time of the write, Unix milliseconds
///      8  16 B    operation: XxHash128 of the operation id's UTF-8
///     24  int32   upserts
///     28  int32   deletes
///     32  ...     upserts: uint16 bytes of id, int32 bytes of metadata, id, metadata, float32 [dimension]
///         ...     deletes: uint16 bytes of id, id
/// </code>
/// </remarks>
/// <param name="Time">When it arrived, Unix milliseconds.</param>
/// <param name="Operation">Names the operation.</param>
/// <param name="Upserts">Records to write; slices of the stored bytes.</param>
/// <param name="Deletes">Ids to delete; slices of the stored bytes.</param>
internal sealed record WriteRecord(
    long Time,
    UInt128 Operation,
    IReadOnlyList<RecordWrite> Upserts,
    IReadOnlyList<ReadOnlyMemory<byte>> Deletes)
{
    private const int HeaderBytes = 32;
    private const int UpsertHeaderBytes = sizeof(ushort) + sizeof(int);
    private const int DeleteHeaderBytes = sizeof(ushort);

    /// <summary>Largest record: far above any message, far below what an array can hold.</summary>
    private const long MaxBytes = 1L << 30;

    /// <summary>Names an operation in 16 bytes, so that remembering many is cheap.</summary>
    internal static UInt128 OperationOf(string operationId) =>
        XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(operationId));

    /// <summary>Lays out a checked batch as a whole, sealed record.</summary>
    /// <exception cref="ArgumentException">It is larger than a record may be.</exception>
    internal static byte[] Encode(ShardWrite write, UInt128 operation, long time)
    {
        var bytes = (long)LogRecord.HeaderBytes + HeaderBytes
            + write.Upserts.Sum(
                it => (long)UpsertHeaderBytes + it.Id.Length + it.Metadata.Length + it.Vector.Length)
            + write.Deletes.Sum(id => (long)DeleteHeaderBytes + id.Length);
        if (bytes > MaxBytes)
        {
            throw new ArgumentException(
                $"write: expected at most {MaxBytes} bytes, given {bytes}.", nameof(write));
        }

        var buffer = new byte[bytes];
        var rest = buffer.AsSpan(LogRecord.HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(rest, time);
        BinaryPrimitives.WriteUInt128LittleEndian(rest[8..], operation);
        BinaryPrimitives.WriteInt32LittleEndian(rest[24..], write.Upserts.Count);
        BinaryPrimitives.WriteInt32LittleEndian(rest[28..], write.Deletes.Count);
        rest = rest[HeaderBytes..];
        foreach (var upsert in write.Upserts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)upsert.Id.Length);
            BinaryPrimitives.WriteInt32LittleEndian(rest[2..], upsert.Metadata.Length);
            rest = Append(
                Append(Append(rest[UpsertHeaderBytes..], upsert.Id), upsert.Metadata), upsert.Vector);
        }

        foreach (var id in write.Deletes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)id.Length);
            rest = Append(rest[DeleteHeaderBytes..], id);
        }

        LogRecord.Seal(buffer, LogRecordKind.Write);
        return buffer;
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="InvalidDataException">
    /// It is damaged; the message names <paramref name="source"/>.
    /// </exception>
    internal static WriteRecord Decode(string source, ReadOnlyMemory<byte> payload, int dimension)
    {
        var reader = new PayloadReader(payload, source);
        var time = reader.TakeInt64();
        var operation = BinaryPrimitives.ReadUInt128LittleEndian(reader.Take(16).Span);
        var upsertCount = reader.TakeInt32();
        var deletes = new ReadOnlyMemory<byte>[reader.TakeCount(DeleteHeaderBytes)];
        var leastBytes = upsertCount * (UpsertHeaderBytes + ((long)dimension * sizeof(float)));
        if (upsertCount < 0 || leastBytes > reader.Remaining)
        {
            throw reader.Damaged(
                $"{upsertCount} upserts of dimension {dimension} in {reader.Remaining} bytes");
        }

        var upserts = new RecordWrite[upsertCount];
        for (var i = 0; i < upserts.Length; i++)
        {
            var idBytes = reader.TakeUInt16();
            var metadataBytes = reader.TakeInt32();
            var id = reader.Take(idBytes);
            var metadata = reader.Take(metadataBytes);
            upserts[i] = new RecordWrite(id, reader.Take((long)dimension * sizeof(float)), metadata);
        }

        for (var i = 0; i < deletes.Length; i++)
        {
            deletes[i] = reader.Take(reader.TakeUInt16());
        }

        reader.End();
        return new WriteRecord(time, operation, upserts, deletes);
    }

    private static Span<byte> Append(Span<byte> target, ReadOnlyMemory<byte> bytes)
    {
        bytes.Span.CopyTo(target);
        return target[bytes.Length..];
    }
}
