using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Log;

/// <summary>Applies stored slots as they were applied when they were written.</summary>
internal static class Replay
{
    /// <summary>Applies a slot.</summary>
    /// <returns>The sequence behind it.</returns>
    /// <exception cref="InvalidDataException">
    /// It does not continue what is there; the message names the key.
    /// </exception>
    internal static long Apply(LogSlot slot, ShardRows rows, OperationMemory operations)
    {
        if (slot.SequenceBefore != rows.Sequence)
        {
            throw new InvalidDataException(
                $"Log slot '{slot.Key}' does not continue the log: expected sequence {rows.Sequence}, "
                + $"given {slot.SequenceBefore}.");
        }

        // The fence, the other kind of record, has done its work by taking its number.
        foreach (var record in slot.Records.Where(record => record.Kind == LogRecordKind.Write))
        {
            var write = WriteRecord.Decode(slot.Key, record.Payload, rows.Dimension);
            operations.Remember(write.Operation, write.Time, rows.Apply(write));
        }

        return rows.Sequence;
    }
}
