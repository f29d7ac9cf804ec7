using SimilarityCluster.Storage.Filters;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Segments;

/// <summary>Looks for all that can be wrong with a segment.</summary>
internal static class SegmentCheck
{
    /// <summary>Checks everything.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="table">Its id table.</param>
    /// <param name="columns">Its ids and metadata, each with a name.</param>
    /// <param name="fields">Its field indexes; null where it has none.</param>
    /// <returns>What is wrong; found as it is enumerated.</returns>
    internal static IEnumerable<string> Faults(
        SegmentFile segment,
        SegmentBlocks blocks,
        IdTable table,
        IReadOnlyList<(string Name, ByteColumn Column)> columns,
        FieldIndexes? fields)
    {
        var anyDamage = false;
        for (var block = 0; block < blocks.Count; block++)
        {
            if (!blocks.IsWhole(block))
            {
                anyDamage = true;
                yield return Named(segment, $"{blocks.NameOf(block)} does not match its checksum");
            }
        }

        if (anyDamage)
        {
            // What damaged numbers say would only hide the blocks that tell where the damage is.
            yield break;
        }

        var faults = columns.SelectMany(column => ColumnFaults(segment, column.Name, column.Column)).ToList();
        foreach (var fault in faults)
        {
            yield return fault;
        }

        if (faults.Count == 0)
        {
            foreach (var fault in IdFaults(segment, table).Concat(FieldFaults(segment, fields)))
            {
                yield return fault;
            }
        }

        foreach (var fault in segment.Graph.Validate())
        {
            yield return Named(segment, "in its graph: " + fault.TrimEnd('.'));
        }
    }

    private static IEnumerable<string> ColumnFaults(SegmentFile segment, string name, ByteColumn column)
    {
        if (column.OffsetOf(0) != 0 || column.OffsetOf(segment.RowCount) != column.ByteCount)
        {
            yield return Named(
                segment, $"offsets of {name} do not lead through its {column.ByteCount} bytes");
        }

        var (least, most) = name is "id" ? (1, WriteCheck.MaxIdBytes) : (0, int.MaxValue);
        for (var row = 0; row < segment.RowCount; row++)
        {
            var length = column.OffsetOf(row + 1) - column.OffsetOf(row);
            if (length < least || length > most)
            {
                yield return Named(
                    segment, $"{name} of row {row} has {length} bytes; expected {least} to {most}");
            }
        }
    }

    // Every row of the order is found by its id, and nothing else is: then the table is complete. Ids that
    // ascend are distinct.
    private static IEnumerable<string> IdFaults(SegmentFile segment, IdTable table)
    {
        var before = -1;
        for (var rank = 0; rank < segment.LiveAtSealCount; rank++)
        {
            if (Damage(() => segment.OrderedRow(rank)) is { } damage)
            {
                yield return damage;
                yield break;
            }

            var row = segment.OrderedRow(rank);
            if (before >= 0 && segment.IdOf(before).SequenceCompareTo(segment.IdOf(row)) >= 0)
            {
                yield return Named(segment, $"row {row} at rank {rank} does not follow row {before} by id");
            }

            var found = -1;
            if (Damage(() => segment.TryFind(segment.IdOf(row), out found)) is { } tableDamage)
            {
                yield return tableDamage;
                yield break;
            }

            if (found != row)
            {
                yield return Named(segment, $"by the id of row {row} its id table leads to row {found}");
            }

            before = row;
        }

        var count = table.Count();
        if (count != segment.LiveAtSealCount)
        {
            yield return Named(segment, $"its id table has {count} rows; expected {segment.LiveAtSealCount}");
        }
    }

    // Every value is listed, and nothing else is.
    private static IEnumerable<string> FieldFaults(SegmentFile segment, FieldIndexes? fields)
    {
        if (fields is null)
        {
            yield break;
        }

        var faults = new List<string>();
        if (Damage(() => faults.AddRange(fields.Faults())) is { } damage)
        {
            yield return damage;
            yield break;
        }

        foreach (var fault in faults)
        {
            yield return Named(segment, fault);
        }

        var count = 0L;
        for (var row = 0; row < segment.RowCount; row++)
        {
            var (listed, missing) = CountListed(segment, fields, row);
            count += listed;
            if (missing > 0)
            {
                yield return Named(segment, $"{missing} values of row {row} are not in its field indexes");
            }
        }

        if (count != fields.ListedCount)
        {
            yield return Named(
                segment, $"its field indexes list {fields.ListedCount} rows; expected {count}");
        }
    }

    private static (int Listed, int Missing) CountListed(SegmentFile segment, FieldIndexes fields, int row)
    {
        Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
        var seen = new HashSet<(string Name, string Key)>(); // A list may have a string twice.
        var missing = 0;
        var reader = new MetadataReader(segment.MetadataOf(row), scratch);
        while (reader.MoveNext())
        {
            var key = reader.Key.ToArray();
            switch (fields.IsListed(reader.Name, key, row))
            {
                case true:
                    seen.Add((Convert.ToHexString(reader.Name), Convert.ToHexString(key)));
                    break;
                case false:
                    missing++;
                    break;
                default:
                    break; // The field is not indexed.
            }
        }

        return (seen.Count, missing);
    }

    private static string? Damage(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (InvalidDataException damage)
        {
            return damage.Message;
        }
    }

    private static string Named(SegmentFile segment, string fault) =>
        SegmentFile.Damaged(segment.Key, fault).Message;
}
