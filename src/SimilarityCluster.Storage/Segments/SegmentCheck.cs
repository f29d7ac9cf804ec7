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
    /// <returns>What is wrong; found as it is enumerated.</returns>
    internal static IEnumerable<string> Faults(
        SegmentFile segment,
        SegmentBlocks blocks,
        IdTable table,
        IReadOnlyList<(string Name, ByteColumn Column)> columns)
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
            foreach (var fault in IdFaults(segment, table))
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
