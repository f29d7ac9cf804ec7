using System.IO.Hashing;
using System.Numerics;

namespace SimilarityCluster.Storage.Segments;

/// <summary>How a segment is laid out: an immutable file of rows that is searched where it lies.</summary>
/// <remarks>
/// <para>
/// All numbers are little-endian. A segment is written front to back; each part begins on a page of 4,096
/// bytes, and zeros fill what is between parts. Readers go by the footer, so parts may come in any order but
/// for the graph, which is at the beginning, and the checksums, which the footer follows at once.
/// </para>
/// <code>
/// kind  part        content
///    1  graph       the sealed graph; its vectors are at its end
///    2  ids         int64 offset of each row's id and of the end of all, from the first id on; the ids
///    3  metadata    the same of the metadata
///    4  sequences   int64 a row: log position of the write that made it
///    5  id table    the row of each live id, see below
///    6  id order    int32 row of each live id, ascending by the bytes of the ids
///    7  checksums   uint64 a block: XxHash3 (64 bits) of it
///    8  fields      rows by the values of their metadata, see FieldIndexFormat; older segments have none
/// </code>
/// <para>
/// Everything before the checksums is in blocks of as many bytes as the footer says, 65,536 where nothing
/// demands another number; the last one is shorter. Rows and parts may begin in the middle of a block.
/// </para>
/// <para>
/// The capacity of the id table is a power of two, at least 1.5 entries a live row. An id is at its XxHash3
/// (64 bits, seed 0) modulo the capacity, or at the first free entry behind that, the first entry following
/// the last; so a search ends at a free entry:
/// </para>
/// <code>
/// offset  type    entry of the id table
///      0  uint32  tag: upper half of the id's XxHash3; 0 in a free entry
///      4  int32   row; -1 in a free entry
/// </code>
/// <para>
/// The footer is at the end. In every version it has this length, begins with the magic and the version, and
/// ends with its checksum. Readers ignore parts of a kind that they do not know, so a version can add some.
/// </para>
/// <code>
/// offset  type    footer
///      0  8 B     magic, SIMSEGMT
///      8  int32   version of the layout, 1
///     12  int32   bytes of a block
///     16  int32   rows
///     20  int32   live rows
///     24  int64   hot bytes: where the graph's vectors begin
///     32  uint64  XxHash3 (64 bits) of the checksums
///     40  int32   parts, at most 19
///     44  int32   0
///     48  24 B    a part: int32 kind, int32 0, int64 offset, int64 bytes
///    ...  ...     further parts; then zeros
///    504  uint64  XxHash3 (64 bits) of bytes 0 to 503
/// </code>
/// </remarks>
internal static class SegmentFormat
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    internal const int Version = 1;

    /// <summary>Bytes that one checksum covers: few enough that a first read is still quick.</summary>
    internal const int BlockBytes = 1 << 16;

    /// <summary>What each part is aligned to.</summary>
    internal const int PageBytes = 4_096;

    /// <summary>Bytes of the footer.</summary>
    internal const int FooterBytes = 512;

    /// <summary>Most parts that the footer has room for.</summary>
    internal const int MaxParts = 19;

    /// <summary>What a footer begins with.</summary>
    internal static ReadOnlySpan<byte> Magic => "SIMSEGMT"u8;

    /// <summary>The checksum of all that has one.</summary>
    internal static ulong ChecksumOf(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>Says where an id is in the id table. The seed is part of the format.</summary>
    internal static ulong HashOf(ReadOnlySpan<byte> id) => XxHash3.HashToUInt64(id, seed: 0);

    /// <summary>Entries of the id table that is written for so many live rows.</summary>
    internal static long CapacityFor(int liveCount) =>
        Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((ulong)(liveCount + ((liveCount + 1L) / 2))));

    /// <summary>Tells whether a block may have so many bytes: a power of two from a page to 16 MiB.</summary>
    internal static bool IsBlockLength(int bytes) =>
        bytes is >= PageBytes and <= 1 << 24 && BitOperations.IsPow2(bytes);
}
