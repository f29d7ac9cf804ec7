namespace SimilarityCluster.Storage.Segments;

/// <summary>Bytes by row, such as the ids: offsets, and what they lead to. Thread-safe.</summary>
internal sealed class ByteColumn
{
    private readonly SegmentMapping _mapping;
    private readonly SegmentBlocks _blocks;
    private readonly SegmentPart _offsets;
    private readonly SegmentPart _bytes;

    /// <summary>Checks the offsets' blocks, but not yet those of what they lead to.</summary>
    /// <param name="mapping">The segment.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="part">Where the column is.</param>
    /// <param name="rowCount">Rows of the segment.</param>
    /// <exception cref="InvalidDataException">The offsets are damaged.</exception>
    internal ByteColumn(SegmentMapping mapping, SegmentBlocks blocks, SegmentPart part, int rowCount)
    {
        (_mapping, _blocks) = (mapping, blocks);
        var offsetBytes = (rowCount + 1L) * sizeof(long);
        if (part.Length < offsetBytes)
        {
            throw SegmentFile.Damaged(
                mapping.Key, $"expected {offsetBytes} bytes of offsets and more, given {part}");
        }

        (_offsets, _bytes) = (part.First(offsetBytes), part.Behind(offsetBytes));
        blocks.Verify(_offsets.Offset, _offsets.Length);
    }

    /// <summary>Bytes of all rows together.</summary>
    internal long ByteCount => _bytes.Length;

    /// <summary>Where the bytes of a row begin; of the row behind the last, where they end.</summary>
    /// <param name="row">0 to the row count.</param>
    internal long OffsetOf(int row) => _mapping.Number<long>(_offsets, row);

    /// <summary>The bytes of a row, checked. Whoever uses the span keeps the mapping alive.</summary>
    /// <param name="row">0 to the row count - 1.</param>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal ReadOnlySpan<byte> Of(int row)
    {
        // Checksums are no proof: whatever the offsets are, they must not lead out of the part.
        var (start, end) = (OffsetOf(row), OffsetOf(row + 1));
        return start >= 0 && start <= end && end <= _bytes.Length
            ? _blocks.Read(_bytes.Offset + start, end - start)
            : throw SegmentFile.Damaged(
                _mapping.Key, $"{_bytes.Kind} of row {row} are bytes {start} to {end} of {_bytes.Length}");
    }
}
