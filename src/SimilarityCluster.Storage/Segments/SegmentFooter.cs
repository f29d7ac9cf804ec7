using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// The end of a segment: what it is, and so where everything is; see <see cref="SegmentFormat"/>.
/// </summary>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="LiveCount">Rows that are found by id.</param>
/// <param name="HotBytes">Where the graph's vectors begin.</param>
/// <param name="Checksum">The checksum of the checksums.</param>
/// <param name="Parts">Where everything is; kinds may be unknown.</param>
internal sealed record SegmentFooter(
    int BlockBytes,
    int RowCount,
    int LiveCount,
    long HotBytes,
    ulong Checksum,
    IReadOnlyList<SegmentPart> Parts)
{
    private const int PartsOffset = 48;
    private const int PartBytes = 24;
    private const int ChecksumOffset = SegmentFormat.FooterBytes - sizeof(ulong);

    /// <summary>Reads what <see cref="Encode"/> wrote; the numbers may be impossible all the same.</summary>
    /// <param name="key">The segment's key, for messages.</param>
    /// <param name="bytes">The last bytes of the segment, fewer where it has no more.</param>
    /// <exception cref="InvalidDataException">It is none, or damaged, or of another version.</exception>
    internal static SegmentFooter Decode(string key, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SegmentFormat.FooterBytes || !bytes.StartsWith(SegmentFormat.Magic))
        {
            throw SegmentFile.Damaged(
                key, "expected the footer of a segment at its end, given something else");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumOffset..])
            != SegmentFormat.ChecksumOf(bytes[..ChecksumOffset]))
        {
            throw SegmentFile.Damaged(key, "the checksum of its footer does not match");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != SegmentFormat.Version)
        {
            throw new InvalidDataException(
                $"Object '{key}' has the layout version {version}; expected {SegmentFormat.Version}.");
        }

        var partCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]);
        if (partCount is < 0 or > SegmentFormat.MaxParts)
        {
            throw SegmentFile.Damaged(
                key, $"expected at most {SegmentFormat.MaxParts} parts, given {partCount}");
        }

        var parts = new SegmentPart[partCount];
        for (var index = 0; index < partCount; index++)
        {
            var part = bytes[(PartsOffset + (index * PartBytes))..];
            parts[index] = new SegmentPart(
                (SegmentPartKind)BinaryPrimitives.ReadInt32LittleEndian(part),
                BinaryPrimitives.ReadInt64LittleEndian(part[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(part[16..]));
        }

        return new SegmentFooter(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            parts);
    }

    /// <summary>Writes the layout of the footer.</summary>
    internal byte[] Encode()
    {
        var bytes = new byte[SegmentFormat.FooterBytes];
        SegmentFormat.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), SegmentFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), BlockBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), RowCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), LiveCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), HotBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), Checksum);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), Parts.Count);
        for (var index = 0; index < Parts.Count; index++)
        {
            var part = bytes.AsSpan(PartsOffset + (index * PartBytes), PartBytes);
            BinaryPrimitives.WriteInt32LittleEndian(part, (int)Parts[index].Kind);
            BinaryPrimitives.WriteInt64LittleEndian(part[8..], Parts[index].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(part[16..], Parts[index].Length);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(
            bytes.AsSpan(ChecksumOffset), SegmentFormat.ChecksumOf(bytes.AsSpan(0, ChecksumOffset)));
        return bytes;
    }

    /// <summary>Tells whether there is a part of a kind.</summary>
    /// <param name="kind">What it holds.</param>
    internal bool Has(SegmentPartKind kind) => Parts.Any(part => part.Kind == kind);

    /// <summary>Finds a part; it is within the bytes that the checksums cover, and aligned.</summary>
    /// <param name="key">The segment's key, for messages.</param>
    /// <param name="kind">What it holds.</param>
    /// <param name="end">Where the bytes end that it may be in.</param>
    /// <exception cref="InvalidDataException">It is not there, or twice, or out of range.</exception>
    internal SegmentPart Find(string key, SegmentPartKind kind, long end)
    {
        var found = Parts.Where(part => part.Kind == kind).ToArray();
        if (found.Length != 1)
        {
            throw SegmentFile.Damaged(key, $"expected one part of the kind {kind}, given {found.Length}");
        }

        var (offset, length) = (found[0].Offset, found[0].Length);
        return offset >= 0 && offset % SegmentFormat.PageBytes == 0 && length >= 0 && offset <= end - length
            ? found[0]
            : throw SegmentFile.Damaged(
                key, $"its part {kind} has {length} bytes from {offset} on, of {end} that there are");
    }
}
