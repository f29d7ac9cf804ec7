#pragma warning disable MA0048 // The end is read with the log that has it.
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Log;

/// <summary>The end of a log as its owner sees it. One caller at a time.</summary>
internal sealed class ShardLog
{
    private readonly IObjectStore _objects;
    private readonly string _prefix;
    private readonly long _epoch;
    private LogEnd _end;

    private ShardLog(
        IObjectStore objects, string prefix, long epoch, LogEnd end, IReadOnlySet<long> fences)
    {
        _objects = objects;
        _prefix = prefix;
        _epoch = epoch;
        _end = end;
        Fences = fences;
    }

    /// <summary>The number that the next write takes.</summary>
    internal long NextSlot => End.Slot;

    /// <summary>Behind everything that is durable. May be read by anybody.</summary>
    internal LogEnd End => Volatile.Read(ref _end);

    /// <summary>Numbers of fences since the first live slot: those stay for ever.</summary>
    internal IReadOnlySet<long> Fences { get; }

    /// <summary>Replays everything there is and claims the end with a fence record.</summary>
    /// <remarks>
    /// Until the fence stands, an older owner may go on writing; each slot that it takes from under the fence
    /// is read on and the next number is tried. Only a takeover may do that.
    /// </remarks>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the slots' keys begin with, ending in '/'.</param>
    /// <param name="epoch">The new owner.</param>
    /// <param name="firstSlot">The first live slot.</param>
    /// <param name="sequence">The sequence before it.</param>
    /// <param name="replay">Applies a slot and gives the sequence behind it.</param>
    /// <param name="cancellationToken">Stops the takeover.</param>
    /// <returns>The log, ready for the first write.</returns>
    /// <exception cref="InvalidDataException">
    /// A slot is damaged or missing; the message names the key.
    /// </exception>
    /// <exception cref="ShardStoppedException">A newer owner was met.</exception>
    internal static async Task<ShardLog> TakeOverAsync(
        IObjectStore objects,
        string prefix,
        long epoch,
        long firstSlot,
        long sequence,
        Func<LogSlot, long> replay,
        CancellationToken cancellationToken)
    {
        var numbers = await NumberedObject
            .ListAsync(objects, prefix, cancellationToken).ConfigureAwait(false);
        var end = numbers.Count > 0 ? Math.Max(numbers[^1] + 1, firstSlot) : firstSlot;
        var slot = firstSlot;
        Task<LogSlot>? ahead = null; // The next slot, read while the one before is replayed.
        var newestEpoch = 0L;
        var fences = new HashSet<long>();
        while (true)
        {
            // The number is free as far as the listing knew: claim it. Otherwise, or if it was taken since,
            // read on.
            if (slot >= end && await TryFenceAsync().ConfigureAwait(false))
            {
                fences.Add(slot);
                return new ShardLog(objects, prefix, epoch, new LogEnd(slot + 1, sequence), fences);
            }

            var found = await (ahead ?? ReadAsync(objects, prefix, slot, cancellationToken))
                .ConfigureAwait(false);
            ahead = slot + 1 < end ? ReadAsync(objects, prefix, slot + 1, cancellationToken) : null;
            CheckEpoch(found, newestEpoch, epoch);
            newestEpoch = found.Epoch;
            if (found.IsFence)
            {
                fences.Add(slot);
            }

            sequence = replay(found);
            slot++;
        }

        Task<bool> TryFenceAsync()
        {
            var fence = new byte[LogRecord.HeaderBytes];
            LogRecord.Seal(fence, LogRecordKind.Fence);
            var buffer = LogSlot.Encode(epoch, sequence, [fence]);
            return NumberedObject.TryCreateAsync(
                objects, prefix, EnvelopeKind.LogSlot, slot, buffer, cancellationToken);
        }
    }

    /// <summary>Puts the next slot.</summary>
    /// <param name="sequenceBefore">The sequence before its first write.</param>
    /// <param name="records">Whole records, sealed.</param>
    /// <param name="cancellationToken">Stops waiting; the slot may be put all the same.</param>
    /// <returns>False when another owner has taken the number: this one is deposed.</returns>
    /// <exception cref="IOException">The put failed and what became of it could not be found out.</exception>
    internal async Task<bool> TryAppendAsync(
        long sequenceBefore, IReadOnlyList<byte[]> records, CancellationToken cancellationToken)
    {
        var buffer = LogSlot.Encode(_epoch, sequenceBefore, records);
        var mine = await NumberedObject
            .TryCreateAsync(_objects, _prefix, EnvelopeKind.LogSlot, _end.Slot, buffer, cancellationToken)
            .ConfigureAwait(false);
        if (mine)
        {
            Volatile.Write(ref _end, new LogEnd(_end.Slot + 1, sequenceBefore + records.Count));
        }

        return mine;
    }

    /// <summary>Reads a slot.</summary>
    /// <exception cref="InvalidDataException">
    /// It is damaged or missing; the message names the key.
    /// </exception>
    internal static async Task<LogSlot> ReadAsync(
        IObjectStore objects, string prefix, long slot, CancellationToken cancellationToken)
    {
        var key = NumberedObject.KeyOf(prefix, slot);
        var content = await NumberedObject
            .ReadAsync(objects, prefix, EnvelopeKind.LogSlot, slot, cancellationToken).ConfigureAwait(false);
        return content is null
            ? throw new InvalidDataException($"Log slot '{key}' is missing: later slots exist.")
            : LogSlot.Decode(key, content.Value);
    }

    private static void CheckEpoch(LogSlot slot, long newestEpoch, long epoch)
    {
        if (slot.Epoch > epoch)
        {
            throw new ShardStoppedException(
                $"Epoch {epoch} was deposed while it opened: '{slot.Key}' is of epoch {slot.Epoch}.",
                ShardStopReason.Deposed);
        }

        // A fence closes the log for every older owner, and no two owners have one epoch.
        if (slot.Epoch < newestEpoch || slot.Epoch == epoch)
        {
            throw new InvalidDataException(
                $"Log slot '{slot.Key}' is out of order: "
                + $"expected an epoch from {newestEpoch} to {epoch - 1}, given {slot.Epoch}.");
        }
    }
}

/// <summary>A place in the log, between two slots.</summary>
/// <param name="Slot">The slot behind it.</param>
/// <param name="Sequence">The sequence before that slot.</param>
internal sealed record LogEnd(long Slot, long Sequence);
