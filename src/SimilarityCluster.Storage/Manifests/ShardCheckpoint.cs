#pragma warning disable MA0048 // The rows are read with the checkpoint that has them.
using System.Buffers.Binary;
using System.Collections;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>
/// What neither the segments nor the live slots of the log tell: which rows of the segments were deleted
/// before the first live slot, and which operations a retry may still name.
/// </summary>
/// <remarks>
/// The content of an <see cref="Envelope"/> whose number is the epoch. All numbers are little-endian.
/// <code>
/// type    meaning
/// int32   version of the layout, 1
/// int32   segments, in the order of the manifest
/// int32   operations
///         for each segment: int32 rows, int32 deleted rows, and
///             a bit a row, lowest first, whether it is deleted, padded to a byte
///         for each operation: 16 B operation, int64 time of the write in Unix milliseconds,
///             int64 sequence, int32 upserts, int32 deletes
/// </code>
/// </remarks>
/// <param name="Deleted">Deleted rows by segment.</param>
/// <param name="Operations">In the order in which they are forgotten.</param>
internal sealed record ShardCheckpoint(
    IReadOnlyList<DeletedRows> Deleted, IReadOnlyList<RememberedOperation> Operations)
{
    private const int Version = 1;
    private const int HeaderBytes = 12;
    private const int SegmentHeaderBytes = 8;
    private const int OperationBytes = 40;

    /// <summary>Lays out a checkpoint behind the room for its envelope.</summary>
    internal byte[] Encode()
    {
        var bytes = (long)Envelope.HeaderBytes + HeaderBytes + ((long)Operations.Count * OperationBytes)
            + Deleted.Sum(rows => SegmentHeaderBytes + BitmapBytes(rows.RowCount));
        var buffer = new byte[checked((int)bytes)];
        var rest = buffer.AsSpan(Envelope.HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(rest, Version);
        BinaryPrimitives.WriteInt32LittleEndian(rest[4..], Deleted.Count);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], Operations.Count);
        rest = rest[HeaderBytes..];
        foreach (var (rowCount, rows) in Deleted)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, rowCount);
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], rows.Count);
            rest = rest[SegmentHeaderBytes..];
            foreach (var row in rows)
            {
                rest[row / 8] |= (byte)(1 << (row % 8));
            }

            rest = rest[(int)BitmapBytes(rowCount)..];
        }

        foreach (var (operation, writeTime, outcome) in Operations)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(rest, operation);
            BinaryPrimitives.WriteInt64LittleEndian(rest[16..], writeTime);
            BinaryPrimitives.WriteInt64LittleEndian(rest[24..], outcome.Sequence);
            BinaryPrimitives.WriteInt32LittleEndian(rest[32..], outcome.UpsertedCount);
            BinaryPrimitives.WriteInt32LittleEndian(rest[36..], outcome.DeletedCount);
            rest = rest[OperationBytes..];
        }

        return buffer;
    }

    /// <summary>Reads the layout above.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    internal static ShardCheckpoint Decode(string key, ReadOnlyMemory<byte> content)
    {
        var reader = new PayloadReader(content, key);
        var version = reader.TakeInt32();
        if (version != Version)
        {
            throw reader.Damaged($"expected a checkpoint of layout version {Version}, given {version}");
        }

        var segmentCount = reader.TakeInt32();
        var operations = new RememberedOperation[reader.TakeCount(OperationBytes)];
        if (segmentCount < 0 || (long)segmentCount * SegmentHeaderBytes > reader.Remaining)
        {
            throw reader.Damaged($"{segmentCount} segments in {reader.Remaining} bytes");
        }

        var deleted = new DeletedRows[segmentCount];
        for (var index = 0; index < deleted.Length; index++)
        {
            deleted[index] = ReadDeleted(ref reader);
        }

        for (var index = 0; index < operations.Length; index++)
        {
            operations[index] = new RememberedOperation(
                BinaryPrimitives.ReadUInt128LittleEndian(reader.Take(16).Span),
                reader.TakeInt64(),
                new ShardWriteOutcome(reader.TakeInt64(), reader.TakeInt32(), reader.TakeInt32()));
        }

        reader.End();
        return new ShardCheckpoint(deleted, operations);
    }

    /// <summary>Reads the checkpoint that a manifest names.</summary>
    /// <returns>An empty one when it names none.</returns>
    /// <exception cref="InvalidDataException">
    /// It is missing or damaged; the message names the key.
    /// </exception>
    internal static async Task<ShardCheckpoint> ReadAsync(
        IObjectStore objects,
        ShardFolders folders,
        ShardManifest manifest,
        CancellationToken cancellationToken)
    {
        if (manifest.Checkpoint is not { } name)
        {
            return new ShardCheckpoint([], []);
        }

        var key = folders.Checkpoint(name);
        var bytes = await objects.GetAsync(key, 0, int.MaxValue, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"Object '{key}' is missing: the manifest refers to it.");
        var checkpoint = Decode(key, Envelope.Unseal(key, bytes, EnvelopeKind.Checkpoint, name.Epoch));
        return checkpoint.Deleted.Count == manifest.Segments.Count
            ? checkpoint
            : throw new InvalidDataException(
                $"Object '{key}' is damaged: expected {manifest.Segments.Count} segments, "
                + $"given {checkpoint.Deleted.Count}.");
    }

    private static DeletedRows ReadDeleted(ref PayloadReader reader)
    {
        var rowCount = reader.TakeInt32();
        var count = reader.TakeInt32();
        if (rowCount is < 0 or > VectorRows.MaxCount)
        {
            throw reader.Damaged($"{rowCount} rows");
        }

        var bits = new BitArray(reader.Take(BitmapBytes(rowCount)).ToArray());
        var rows = RowSet.Where(rowCount, row => bits[row]);
        return rows.Count == count
            ? new DeletedRows(rowCount, rows)
            : throw reader.Damaged($"expected {count} deleted rows, given {rows.Count}");
    }

    private static long BitmapBytes(int rowCount) => ((long)rowCount + 7) / 8;
}

/// <summary>Deleted rows of a segment.</summary>
/// <param name="RowCount">All its rows.</param>
/// <param name="Rows">Those that are deleted.</param>
internal readonly record struct DeletedRows(int RowCount, RowSet Rows);
