using System.Numerics;

namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// Bytes of a segment that are checked, block by block, before the first reader sees them. Thread-safe and
/// lock-free: two first readers of a block may both check it.
/// </summary>
internal sealed class SegmentBlocks
{
    private readonly SegmentMapping _mapping;
    private readonly SegmentPart _checksums;
    private readonly int _shift;
    private readonly uint[] _verified;

    /// <summary>Checks the checksums.</summary>
    /// <param name="mapping">The segment.</param>
    /// <param name="footer">Its footer.</param>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal SegmentBlocks(SegmentMapping mapping, SegmentFooter footer)
    {
        _mapping = mapping;
        if (!SegmentFormat.IsBlockLength(footer.BlockBytes))
        {
            throw SegmentFile.Damaged(mapping.Key, $"it has impossible blocks of {footer.BlockBytes} bytes");
        }

        var end = mapping.Length - SegmentFormat.FooterBytes;
        _shift = BitOperations.Log2((uint)footer.BlockBytes);
        _checksums = footer.Find(mapping.Key, SegmentPartKind.Checksums, end);
        var count = (_checksums.Offset + footer.BlockBytes - 1) >> _shift;
        if (count > int.MaxValue || _checksums.Length != count * sizeof(ulong) || _checksums.End != end)
        {
            throw SegmentFile.Damaged(
                mapping.Key, $"expected {count} checksums that end at byte {end}, given {_checksums}");
        }

        if (SegmentFormat.ChecksumOf(mapping.Span(_checksums.Offset, _checksums.Length)) != footer.Checksum)
        {
            throw SegmentFile.Damaged(mapping.Key, "the checksum of its checksums does not match");
        }

        Count = (int)count;
        _verified = new uint[(Count + 31) / 32];
    }

    /// <summary>Blocks.</summary>
    internal int Count { get; }

    /// <summary>Where they end.</summary>
    internal long Length => _checksums.Offset;

    /// <summary>Reads checked bytes. Whoever uses the span keeps the mapping alive.</summary>
    /// <param name="offset">The first.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="InvalidDataException">They are damaged, or not all there.</exception>
    internal ReadOnlySpan<byte> Read(long offset, long length)
    {
        Verify(offset, length);
        return _mapping.Span(offset, length);
    }

    /// <summary>Checks the blocks of some bytes, unless that was done before.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="InvalidDataException">A block is damaged, or is not there.</exception>
    internal void Verify(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw SegmentFile.Damaged(
                _mapping.Key, $"{length} bytes from {offset} on are asked for, of {Length} with checksums");
        }

        var end = (offset + length + (1L << _shift) - 1) >> _shift;
        for (var block = (int)(offset >> _shift); length > 0 && block < end; block++)
        {
            if (((Volatile.Read(ref _verified[block >> 5]) >> block) & 1) == 0)
            {
                VerifyFirst(block);
            }
        }
    }

    /// <summary>Computes the checksum of a block, whether or not that was done before.</summary>
    /// <param name="block">Its number.</param>
    /// <returns>Whether it is as written.</returns>
    internal bool IsWhole(int block)
    {
        var (offset, length) = RangeOf(block);
        var isWhole = SegmentFormat.ChecksumOf(_mapping.Span(offset, length))
            == _mapping.Number<ulong>(_checksums, block);
        GC.KeepAlive(_mapping);
        return isWhole;
    }

    /// <summary>Names a block.</summary>
    /// <param name="block">Its number.</param>
    internal string NameOf(int block)
    {
        var (offset, length) = RangeOf(block);
        return $"block {block} (bytes {offset} to {offset + length - 1})";
    }

    private void VerifyFirst(int block)
    {
        if (!IsWhole(block))
        {
            throw SegmentFile.Damaged(_mapping.Key, $"{NameOf(block)} does not match its checksum");
        }

        // A full fence: whoever sees the bit set sees the bytes that were checked.
        Interlocked.Or(ref _verified[block >> 5], 1u << block);
    }

    private (long Offset, long Length) RangeOf(int block)
    {
        var offset = (long)block << _shift;
        return (offset, Math.Min(1L << _shift, Length - offset));
    }
}
