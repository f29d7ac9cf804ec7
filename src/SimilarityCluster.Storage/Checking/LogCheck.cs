using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks the log of a shard: every slot, and that the live ones follow one another.</summary>
/// <param name="run">The check.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifest">The newest manifest.</param>
/// <param name="uses">Knows which snapshots need a slot.</param>
/// <param name="segments">The segments; null when they are not whole.</param>
internal sealed class LogCheck(
    CheckRun run,
    ShardFolders folders,
    ShardManifest manifest,
    PinUses uses,
    IReadOnlyList<CheckedSegment>? segments)
{
    private static readonly Consequence NotServed =
        new("Nothing of the shard is served, because of the other fault.", Consequence.Restore);

    private readonly Dictionary<ReadOnlyMemory<byte>, bool> _live = new(BytesComparer.Instance);
    private readonly PinnedSlots _pinned = new(run, folders, manifest);
    private long _epoch;
    private long? _sequence = manifest.Sequence;
    private bool _isBehindDamage;

    /// <summary>Checks the slots of a shard whose manifest is lost: each by itself.</summary>
    internal static async Task CheckAloneAsync(CheckRun run, ShardFolders folders, IEnumerable<string> keys)
    {
        foreach (var number in run.NumbersOf(folders.Log, keys))
        {
            _ = await ReadAsync(run, folders, number, NotServed).ConfigureAwait(false);
        }
    }

    /// <summary>Checks them, and counts the records that are there after the last one.</summary>
    /// <param name="keys">The keys of the slots, ascending.</param>
    internal async Task RunAsync(IEnumerable<string> keys)
    {
        var numbers = run.NumbersOf(folders.Log, keys);
        var expected = manifest.FirstSlot;
        for (var index = 0; index < numbers.Count; index++)
        {
            var number = numbers[index];
            if (number < manifest.FirstSlot)
            {
                await CheckOldAsync(number).ConfigureAwait(false);
                continue;
            }

            if (number != expected)
            {
                run.Fault(
                    NumberedObject.KeyOf(folders.Log, expected),
                    $"is missing, and {number - expected} slots with it, but slot {number} exists.",
                    uses.DamageOf(expected, Damage(numbers.Count - index)));
                (_sequence, _isBehindDamage) = (null, true);
            }

            expected = number + 1;
            var damage = uses.DamageOf(number, Damage(numbers.Count - index - 1));
            var slot = await ReadAsync(run, folders, number, damage).ConfigureAwait(false);
            _pinned.Add(number, slot);
            CheckLive(slot, damage);
        }

        _pinned.Check();

        if (segments is not null)
        {
            run.RecordCount += segments.Sum(segment => (long)segment.LiveCount)
                + _live.Sum(entry => (entry.Value ? 1 : 0) - (IsInSegment(entry.Key) ? 1 : 0));
        }
    }

    private static Task<LogSlot?> ReadAsync(
        CheckRun run, ShardFolders folders, long number, Consequence consequence)
    {
        run.SlotCount++;
        var key = NumberedObject.KeyOf(folders.Log, number);
        return run.DecodeAsync(
            key, EnvelopeKind.LogSlot, number, content => LogSlot.Decode(key, content), consequence);
    }

    private static Consequence Damage(int laterCount) => new(
        "The shard cannot be opened: the writes of this slot are lost, and those of the "
        + $"{laterCount} slots behind it cannot be applied without them.",
        Consequence.Restore);

    /// <summary>Below the first live slot only fences stay, and what snapshots need.</summary>
    private async Task CheckOldAsync(long number)
    {
        var isNeeded = uses.IsNeeded(number);
        var consequence = isNeeded ? uses.DamageOf(number, live: null) : new Consequence(
            $"No record is affected: the segments have what the log said before slot {manifest.FirstSlot}.",
            Consequence.Keep);
        var slot = await ReadAsync(run, folders, number, consequence).ConfigureAwait(false);
        if (isNeeded)
        {
            _pinned.Add(number, slot);
            foreach (var record in slot?.Records.Where(record => record.Kind == LogRecordKind.Write) ?? [])
            {
                _ = Decode(slot!.Key, record, consequence);
            }
        }
        else if (slot is { IsFence: false })
        {
            run.Leftover(
                slot.Key,
                number >= manifest.TrimmedSlot ? Consequence.NextOpening : Consequence.RemoveByHand);
        }
    }

    private void CheckLive(LogSlot? slot, Consequence consequence)
    {
        if (slot is null)
        {
            (_sequence, _isBehindDamage) = (null, true);
            return;
        }

        if (slot.Epoch > manifest.Epoch)
        {
            run.Fault(
                slot.Key,
                $"is of epoch {slot.Epoch}; the newest manifest is of {manifest.Epoch}.",
                ShardCheck.LostManifest);
        }

        // A fence closes the log for every older owner.
        if (slot.Epoch < _epoch || (slot.Epoch > _epoch && _epoch > 0 && !slot.IsFence && !_isBehindDamage))
        {
            run.Fault(
                slot.Key,
                $"is out of order: it is of epoch {slot.Epoch} behind epoch {_epoch}.",
                consequence);
        }

        if (_sequence is { } sequence && slot.SequenceBefore != sequence)
        {
            run.Fault(
                slot.Key,
                $"does not continue the log: expected sequence {sequence}, given {slot.SequenceBefore}.",
                consequence);
        }

        _epoch = Math.Max(_epoch, slot.Epoch);
        _isBehindDamage = false;
        var writes = slot.Records.Where(record => record.Kind == LogRecordKind.Write).ToList();
        _sequence = slot.SequenceBefore + writes.Count;
        foreach (var record in writes)
        {
            Apply(slot.Key, record, consequence);
        }
    }

    private void Apply(string key, LogRecord record, Consequence consequence)
    {
        if (Decode(key, record, consequence) is not { } write)
        {
            return;
        }

        foreach (var upsert in write.Upserts)
        {
            _live[upsert.Id] = true;
        }

        foreach (var id in write.Deletes)
        {
            _live[id] = false;
        }
    }

    private WriteRecord? Decode(string key, LogRecord record, Consequence consequence)
    {
        try
        {
            var write = WriteRecord.Decode(key, record.Payload, manifest.Schema.Dimension);
            WriteCheck.Check(
                new ShardWrite(key, write.Upserts, write.Deletes), manifest.Schema.Dimension);
            return write;
        }
        catch (InvalidDataException damage)
        {
            run.Fault(key, damage.Message, consequence);
        }
        catch (ArgumentException impossible)
        {
            run.Fault(key, $"has a write that is never accepted: {impossible.Message}", consequence);
        }

        return null;
    }

    private bool IsInSegment(ReadOnlyMemory<byte> id) => segments!.Any(segment => segment.IsLive(id.Span));
}
