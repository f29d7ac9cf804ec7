using System.Numerics;

namespace SimilarityCluster.Storage.Segments;

/// <summary>The row of each live id of a segment, see <see cref="SegmentFormat"/>. Thread-safe.</summary>
/// <param name="mapping">The segment.</param>
/// <param name="part">Where the table is; its blocks are checked.</param>
/// <param name="ids">The ids by row.</param>
/// <param name="rowCount">Rows of the segment.</param>
internal sealed class IdTable(SegmentMapping mapping, SegmentPart part, ByteColumn ids, int rowCount)
{
    private const ulong FreeEntry = (ulong)uint.MaxValue << 32;

    /// <summary>Entries, free ones included.</summary>
    internal long Capacity { get; } = CapacityOf(mapping.Key, part);

    /// <summary>Makes the table that is written.</summary>
    /// <param name="source">The ids.</param>
    /// <param name="rows">The live rows.</param>
    /// <returns>The entries.</returns>
    internal static ulong[] Make(ISegmentSource source, ReadOnlySpan<int> rows)
    {
        var entries = new ulong[SegmentFormat.CapacityFor(rows.Length)];
        Array.Fill(entries, FreeEntry);
        var mask = (ulong)entries.Length - 1;
        foreach (var row in rows)
        {
            var hash = SegmentFormat.HashOf(source.IdOf(row));
            var place = hash & mask;
            while (entries[place] != FreeEntry)
            {
                place = (place + 1) & mask;
            }

            entries[place] = ((ulong)row << 32) | (hash >> 32);
        }

        return entries;
    }

    /// <summary>Finds the live row of an id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="row">The row; -1 where there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">What would tell is damaged.</exception>
    internal bool TryFind(ReadOnlySpan<byte> id, out int row)
    {
        var hash = SegmentFormat.HashOf(id);
        var mask = (ulong)Capacity - 1;
        for (var probe = 0L; probe < Capacity; probe++)
        {
            var entry = Entry((long)((hash + (ulong)probe) & mask));
            row = RowOf(entry);
            if (row == -1)
            {
                return false;
            }

            if ((uint)entry == (uint)(hash >> 32) && ids.Of(Checked(row)).SequenceEqual(id))
            {
                return true;
            }
        }

        row = -1;
        return false;
    }

    /// <summary>Counts the entries that are not free.</summary>
    internal long Count()
    {
        var count = 0L;
        for (var place = 0L; place < Capacity; place++)
        {
            count += RowOf(Entry(place)) == -1 ? 0 : 1;
        }

        return count;
    }

    private static long CapacityOf(string key, SegmentPart part)
    {
        var capacity = part.Length / sizeof(ulong);
        return part.Length % sizeof(ulong) == 0 && BitOperations.IsPow2(capacity)
            ? capacity
            : throw SegmentFile.Damaged(key, $"expected a power of two of entries of 8 bytes, given {part}");
    }

    private static int RowOf(ulong entry) => (int)(entry >> 32);

    private ulong Entry(long place) => mapping.Number<ulong>(part, place);

    private int Checked(int row) => (uint)row < (uint)rowCount
        ? row
        : throw SegmentFile.Damaged(mapping.Key, $"its id table has row {row} of {rowCount}");
}
