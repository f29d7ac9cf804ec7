using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks that the slots that snapshots need are there and follow one another.</summary>
/// <param name="run">The check.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifest">The newest manifest.</param>
internal sealed class PinnedSlots(CheckRun run, ShardFolders folders, ShardManifest manifest)
{
    // The sequence before and behind each slot that there is; null where the slot is damaged.
    private readonly Dictionary<long, (long Before, long Behind)?> _slots = [];

    /// <summary>Notes a slot that was read.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="slot">Null when it is damaged, which was said already.</param>
    internal void Add(long number, LogSlot? slot)
    {
        if (slot is null)
        {
            _slots.Add(number, null);
            return;
        }

        var writes = slot.Records.Count(record => record.Kind == LogRecordKind.Write);
        _slots.Add(number, (slot.SequenceBefore, slot.SequenceBefore + writes));
    }

    /// <summary>Checks each snapshot, when all slots are noted.</summary>
    internal void Check()
    {
        foreach (var pin in manifest.Pins)
        {
            Check(pin);
        }
    }

    private void Check(ShardPin pin)
    {
        var sequence = pin.SequenceBefore;
        for (var number = pin.FirstSlot; number < pin.EndSlot; number++)
        {
            if (!_slots.TryGetValue(number, out var slot))
            {
                Fault(pin, number, "is missing.");
                return;
            }

            if (slot is not var (before, behind))
            {
                return; // What it says is not known.
            }

            if (before != sequence)
            {
                Fault(pin, number, $"is expected to follow sequence {sequence}, and follows {before}.");
                return;
            }

            sequence = behind;
        }

        if (sequence != pin.Sequence)
        {
            Fault(pin, pin.EndSlot - 1, $"is expected to end with {pin.Sequence}, and ends with {sequence}.");
        }
    }

    private void Fault(ShardPin pin, long number, string what) => run.Fault(
        NumberedObject.KeyOf(folders.Log, number),
        $"of snapshot '{pin.Name}' {what}",
        new Consequence(
            $"Snapshot '{pin.Name}' cannot be read; it needs the slots {pin.FirstSlot} to {pin.EndSlot - 1}.",
            "Drop the snapshot, or restore the object from a backup that has it."));
}
