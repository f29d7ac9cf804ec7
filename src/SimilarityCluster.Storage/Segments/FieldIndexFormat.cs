#pragma warning disable MA0048 // An entry is read with the format.
using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Segments;

/// <summary>How the part of a segment is laid out that leads from values to rows.</summary>
/// <remarks>
/// <para>
/// Little-endian; offsets count from the beginning of the part. Keys are those of
/// <see cref="Filters.FieldKey"/>, the kind and then the payload. Fields ascend by name, the keys of a field
/// by their bytes, the rows of a key by number; so each range of values is one run of rows.
/// </para>
/// <code>
/// for each field, from a multiple of 8 on:
///     int64 a key: where its bytes end, the bytes of the first key beginning at 0
///     int64 a key: where its rows end, likewise
///     int32 rows
///     name, UTF-8
///     bytes of the keys
/// directory, from a multiple of 8 on, for each field:
///     offset  type    meaning
///          0  int64   where the field begins
///          8  int32   keys
///         12  int32   bytes of the name
///         16  int64   rows of all keys
///         24  int64   bytes of all keys
/// trailer, at the end:
///          0  int32   fields, at most 64
///          4  int32   1 where rows have other fields, too, which are not indexed; otherwise 0
/// </code>
/// </remarks>
internal static class FieldIndexFormat
{
    /// <summary>Most fields with an index: those that most rows have.</summary>
    internal const int MaxFields = 64;

    /// <summary>A field with a longer payload of a key is not indexed.</summary>
    internal const int MaxPayloadBytes = 256;

    /// <summary>Bytes of the trailer.</summary>
    internal const int TrailerBytes = 8;

    /// <summary>Reads the trailer.</summary>
    /// <param name="bytes">The trailer.</param>
    internal static (int Fields, int Others) ReadTrailer(ReadOnlySpan<byte> bytes) => (
        BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]));
}

/// <summary>Where the index of a field is.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="KeyCount">Keys.</param>
/// <param name="NameBytes">Bytes of the name.</param>
/// <param name="RowCount">Rows of all keys.</param>
/// <param name="KeyBytes">Bytes of all keys.</param>
internal readonly record struct FieldEntry(
    long Offset, int KeyCount, int NameBytes, long RowCount, long KeyBytes)
{
    /// <summary>Bytes in the directory.</summary>
    internal const int Bytes = 32;

    /// <summary>The name, once read.</summary>
    internal ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>Where the ends of the keys are.</summary>
    internal long KeyEndsOffset => Offset;

    /// <summary>Where the ends of the keys' rows are.</summary>
    internal long RowEndsOffset => Offset + ((long)KeyCount * sizeof(long));

    /// <summary>Where the rows are.</summary>
    internal long RowsOffset => Offset + ((long)KeyCount * 2 * sizeof(long));

    /// <summary>Where the name is.</summary>
    internal long NameOffset => RowsOffset + (RowCount * sizeof(int));

    /// <summary>Where the bytes of the keys are.</summary>
    internal long KeysOffset => NameOffset + NameBytes;

    /// <summary>Reads an entry; its numbers may be impossible.</summary>
    /// <param name="bytes">Of the directory.</param>
    internal static FieldEntry Decode(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));

    /// <summary>Whether it ends before something; without overflow, whatever the numbers are.</summary>
    /// <param name="end">Below 2^60.</param>
    internal bool IsWithin(long end) => Offset >= 0 && Offset <= end && Offset % sizeof(long) == 0
        && KeyCount >= 0 && NameBytes >= 0
        && RowCount >= 0 && RowCount <= end && KeyBytes >= 0 && KeyBytes <= end
        && KeysOffset + KeyBytes <= end;
}
