using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Filters;

namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// The rows of a segment by the values of their metadata, see <see cref="FieldIndexFormat"/>. Thread-safe.
/// </summary>
internal sealed class FieldIndexes : IFieldIndex
{
    private const int MostRowsAtOnce = 1 << 20;

    private readonly SegmentMapping _mapping;
    private readonly SegmentBlocks _blocks;
    private readonly SegmentPart _part;
    private readonly int _rowCount;
    private readonly FieldEntry[] _fields;
    private readonly bool _hasOthers;

    /// <summary>Checks the directory, but not yet what it leads to.</summary>
    /// <param name="mapping">The segment.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="part">Where the indexes are.</param>
    /// <param name="rowCount">Rows of the segment.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal FieldIndexes(SegmentMapping mapping, SegmentBlocks blocks, SegmentPart part, int rowCount)
    {
        (_mapping, _blocks, _part, _rowCount) = (mapping, blocks, part, rowCount);
        var end = part.Length - FieldIndexFormat.TrailerBytes;
        if (end < 0)
        {
            throw Damaged("it has no trailer");
        }

        var trailer = Read(end, FieldIndexFormat.TrailerBytes);
        var (count, others) = FieldIndexFormat.ReadTrailer(trailer);
        var directory = end - ((long)count * FieldEntry.Bytes);
        if (count is < 0 or > FieldIndexFormat.MaxFields || directory < 0)
        {
            throw Damaged($"it has impossible {count} fields");
        }

        _hasOthers = others != 0;
        _fields = new FieldEntry[count];
        for (var index = 0; index < count; index++)
        {
            var at = directory + ((long)index * FieldEntry.Bytes);
            var entry = FieldEntry.Decode(Read(at, FieldEntry.Bytes));
            _fields[index] = entry.IsWithin(directory)
                ? entry with { Name = Read(entry.NameOffset, entry.NameBytes).ToArray() }
                : throw Damaged($"its field {index} is not within its {directory} bytes");
        }
    }

    /// <inheritdoc/>
    public bool TryAddRows(FieldCondition condition, RowSetBuilder rows)
    {
        foreach (var field in _fields)
        {
            if (!field.Name.Span.SequenceEqual(condition.Field))
            {
                continue;
            }

            foreach (var range in condition.Ranges)
            {
                var first = FirstFrom(field, range.Low);
                AddRows(field, StartOf(field, first), StartOf(field, FirstFrom(field, range.End)), rows);
            }

            return true;
        }

        return !_hasOthers; // A field that nowhere is.
    }

    /// <summary>Rows that are listed, once for each of their indexed values.</summary>
    internal long ListedCount => _fields.Sum(entry => entry.RowCount);

    /// <summary>Tells whether a row is listed for a value, or need not be.</summary>
    /// <param name="name">The value's field.</param>
    /// <param name="key">The value, kind and payload.</param>
    /// <param name="row">The row.</param>
    /// <returns>Null when the field is not indexed.</returns>
    internal bool? IsListed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, int row)
    {
        foreach (var field in _fields)
        {
            if (field.Name.Span.SequenceEqual(name))
            {
                var place = FirstFrom(field, key);
                return place < field.KeyCount && KeyOf(field, place).SequenceEqual(key)
                    && HasRow(field, StartOf(field, place), StartOf(field, place + 1), row);
            }
        }

        return _hasOthers ? null : false;
    }

    /// <summary>Looks for what is wrong with the order of keys and rows.</summary>
    /// <returns>Each fault, without a full stop.</returns>
    internal IEnumerable<string> Faults()
    {
        for (var index = 0; index < _fields.Length; index++)
        {
            var field = _fields[index];
            if (index > 0 && _fields[index - 1].Name.Span.SequenceCompareTo(field.Name.Span) >= 0)
            {
                yield return $"indexed field {index} does not follow the one before";
            }

            for (var key = 0; key < field.KeyCount; key++)
            {
                if (key > 0 && KeyOf(field, key - 1).SequenceCompareTo(KeyOf(field, key)) >= 0)
                {
                    yield return $"key {key} of indexed field {index} does not follow the one before";
                }

                var rows = new RowSetBuilder();
                var (start, end) = (StartOf(field, key), StartOf(field, key + 1));
                AddRows(field, start, end, rows);
                if (start >= end || rows.Build().Count != end - start)
                {
                    yield return $"key {key} of indexed field {index} has no row, or one twice";
                }
            }
        }
    }

    private int FirstFrom(in FieldEntry field, ReadOnlySpan<byte> bound)
    {
        var (first, end) = (0, field.KeyCount);
        while (first < end)
        {
            var middle = first + ((end - first) / 2);
            (first, end) = KeyOf(field, middle).SequenceCompareTo(bound) >= 0
                ? (first, middle)
                : (middle + 1, end);
        }

        return first;
    }

    private ReadOnlySpan<byte> KeyOf(in FieldEntry field, int key)
    {
        var start = key == 0 ? 0 : Number(field.KeyEndsOffset, key - 1);
        var end = Number(field.KeyEndsOffset, key);
        return start >= 0 && start <= end && end <= field.KeyBytes
            ? Read(field.KeysOffset + start, end - start)
            : throw Damaged($"a key is bytes {start} to {end} of {field.KeyBytes}");
    }

    // Where the rows of a key begin; of the key behind the last, where they end.
    private long StartOf(in FieldEntry field, int key)
    {
        var start = key == 0 ? 0 : Number(field.RowEndsOffset, key - 1);
        return start >= 0 && start <= field.RowCount
            ? start
            : throw Damaged($"a key begins at row {start} of {field.RowCount}");
    }

    private void AddRows(in FieldEntry field, long start, long end, RowSetBuilder rows)
    {
        while (start < end)
        {
            var count = Math.Min(end - start, MostRowsAtOnce);
            var bytes = Read(field.RowsOffset + (start * sizeof(int)), count * sizeof(int));
            foreach (var row in MemoryMarshal.Cast<byte, int>(bytes))
            {
                rows.Add((uint)row < (uint)_rowCount
                    ? row
                    : throw Damaged($"it has row {row} of {_rowCount}"));
            }

            start += count;
        }
    }

    private bool HasRow(in FieldEntry field, long start, long end, int row)
    {
        while (start < end)
        {
            var middle = start + ((end - start) / 2);
            var found = MemoryMarshal.Read<int>(Read(field.RowsOffset + (middle * sizeof(int)), sizeof(int)));
            if (found == row)
            {
                return true;
            }

            (start, end) = found < row ? (middle + 1, end) : (start, middle);
        }

        return false;
    }

    private long Number(long offset, int index)
    {
        var at = offset + ((long)index * sizeof(long));
        return MemoryMarshal.Read<long>(Read(at, sizeof(long)));
    }

    private ReadOnlySpan<byte> Read(long offset, long length) =>
        offset >= 0 && offset <= _part.Length - length
        ? _blocks.Read(_part.Offset + offset, length)
        : throw Damaged($"{length} bytes from {offset} on are asked for, of {_part.Length}");

    private InvalidDataException Damaged(string how) =>
        SegmentFile.Damaged(_mapping.Key, "in its field indexes: " + how);
}
