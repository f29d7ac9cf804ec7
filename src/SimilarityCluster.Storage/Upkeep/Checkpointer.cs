using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// Makes a new state of the segments, or of the pins, the truth, by the next manifest, and notes as unused
/// what only the state before needed. One caller at a time.
/// </summary>
/// <param name="objects">Where everything durable is.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifests">The owner's manifests.</param>
/// <param name="log">The owner's log.</param>
/// <param name="operations">Those of the newest checkpoint.</param>
/// <param name="unused">What nothing refers to any more.</param>
internal sealed class Checkpointer(
    IObjectStore objects,
    ShardFolders folders,
    ManifestStore manifests,
    ShardLog log,
    IReadOnlyList<RememberedOperation> operations,
    UnusedObjects unused)
{
    /// <summary>
    /// Owners whose manifests are looked for: the one before, and the one before that, whose leftovers the
    /// other may not have come to remove. Each owner leaves a manifest for ever, so not all are looked at.
    /// </summary>
    internal const int OwnersLookedAt = 2;

    private readonly ShardManifest _claimed = manifests.Newest;
    private readonly long _claimedNumber = manifests.Number;
    private IReadOnlyList<RememberedOperation> _operations = operations;
    private bool _areLeftoversFound; // Before that there may be slots of dead owners to remove.

    /// <summary>The states that are kept. May be read by anybody.</summary>
    internal IReadOnlyList<ShardPin> Pins => manifests.Newest.Pins;

    /// <summary>Makes the state before a slot the beginning of the log.</summary>
    /// <param name="parts">All segments then, with what was deleted then.</param>
    /// <param name="tail">Ends before the slot.</param>
    /// <returns>False when another owner has claimed the shard.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task<bool> AdvanceAsync(IReadOnlyList<SealedPart> parts, FrozenTail tail)
    {
        var before = manifests.Newest;
        var next = before with { FirstSlot = tail.FirstSlot, Sequence = tail.Rows.Sequence };
        if (!await ReplaceAsync(next, parts, tail.Operations).ConfigureAwait(false))
        {
            return false;
        }

        _operations = tail.Operations;
        DiscardSlots(before.FirstSlot, tail.FirstSlot);
        return true;
    }

    /// <summary>Puts other segments with the same records in the place of those that are there.</summary>
    /// <param name="parts">All segments, with what was deleted before the first live slot.</param>
    /// <returns>False when another owner has claimed the shard.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal Task<bool> ReplaceAsync(IReadOnlyList<SealedPart> parts) =>
        ReplaceAsync(manifests.Newest, parts, _operations);

    /// <summary>Keeps the state that is durable now, as long as the pin is there.</summary>
    /// <param name="name">Of no other pin.</param>
    /// <param name="time">Unix milliseconds.</param>
    /// <returns>The pin; null when another owner has claimed the shard.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task<ShardPin?> PinAsync(string name, long time)
    {
        // Whatever the log has is what the next owner replays, so a place between any two slots is a state.
        var (before, end) = (manifests.Newest, log.End);
        var pin = new ShardPin(name, time)
        {
            FirstSlot = before.FirstSlot,
            SequenceBefore = before.Sequence,
            EndSlot = end.Slot,
            Sequence = end.Sequence,
            Checkpoint = before.Checkpoint,
            Segments = before.Segments,
        };
        var next = before with { Pins = [.. before.Pins, pin] };
        return await TryReplaceAsync(next).ConfigureAwait(false) ? pin : null;
    }

    /// <summary>Keeps a state no longer.</summary>
    /// <param name="pin">The pin.</param>
    /// <returns>False when another owner has claimed the shard.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task<bool> UnpinAsync(ShardPin pin)
    {
        var before = manifests.Newest;
        var next = before with
        {
            Pins = [.. before.Pins.Where(it => it != pin)],
            TrimmedSlot = Math.Min(before.TrimmedSlot, pin.FirstSlot), // The next owner looks from here on.
        };
        if (!await TryReplaceAsync(next).ConfigureAwait(false))
        {
            return false;
        }

        DiscardSlots(pin.FirstSlot, Math.Min(pin.EndSlot, before.FirstSlot));
        return true;
    }

    /// <summary>Whether another owner has claimed the shard since.</summary>
    internal Task<bool> IsDeposedAsync() => manifests.IsDeposedAsync(CancellationToken.None);

    /// <summary>
    /// Looks for what dead owners left, and notes it as unused; beside any other call. What is damaged stays:
    /// it may be needed for its number.
    /// </summary>
    /// <param name="damages">Told what is damaged.</param>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task FindLeftoversAsync(IProgress<Exception> damages)
    {
        await FindManifestsAsync(damages).ConfigureAwait(false);
        var used = folders.KeysOf(_claimed);
        await FindNamedAsync(folders.Segments, used).ConfigureAwait(false);
        await FindNamedAsync(folders.Checkpoints, used).ConfigureAwait(false);
        await FindSlotsAsync().ConfigureAwait(false);
        Volatile.Write(ref _areLeftoversFound, true);
    }

    private static async Task<T?> SoundAsync<T>(Task<T?> reading, IProgress<Exception> damages)
        where T : class
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (InvalidDataException damage)
        {
            damages.Report(damage);
            return null;
        }
    }

    private async Task<bool> ReplaceAsync(
        ShardManifest next, IReadOnlyList<SealedPart> parts, IReadOnlyList<RememberedOperation> done)
    {
        var checkpoint = ObjectName.New(next.Epoch);
        await PutAsync(
            folders.Checkpoint(checkpoint),
            new ShardCheckpoint(
                [.. parts.Select(part => new DeletedRows(part.Published, part.CheckpointDeleted))], done),
            next.Epoch).ConfigureAwait(false);
        var before = manifests.Newest;
        return await TryReplaceAsync(next with
        {
            Checkpoint = checkpoint,
            Segments = [.. parts.Select(part => part.Name)],
            TrimmedSlot = Volatile.Read(ref _areLeftoversFound) && unused.IsEmpty
                ? before.FirstSlot
                : before.TrimmedSlot,
        }).ConfigureAwait(false);
    }

    private async Task<bool> TryReplaceAsync(ShardManifest next)
    {
        var (before, number) = (manifests.Newest, manifests.Number);
        if (!await manifests
            .TryReplaceAsync(next with { IsTakeover = false }, CancellationToken.None)
            .ConfigureAwait(false))
        {
            return false;
        }

        foreach (var key in folders.KeysOf(before).Except(folders.KeysOf(next), StringComparer.Ordinal))
        {
            unused.Add(key);
        }

        if (!before.IsTakeover)
        {
            unused.Add(NumberedObject.KeyOf(folders.Manifests, number));
        }

        return true;
    }

    /// <summary>Notes slots that are live no longer, unless a pin needs them.</summary>
    private void DiscardSlots(long first, long end)
    {
        for (var slot = first; slot < end; slot++)
        {
            if (Pins.Any(pin => pin.Needs(slot)))
            {
                continue;
            }

            if (slot < _claimed.FirstSlot)
            {
                unused.AddUnlessFence(slot);
            }
            else if (!log.Fences.Contains(slot))
            {
                unused.Add(NumberedObject.KeyOf(folders.Log, slot));
            }
        }
    }

    private async Task PutAsync(string key, ShardCheckpoint checkpoint, long epoch)
    {
        var buffer = checkpoint.Encode();
        Envelope.Seal(buffer, EnvelopeKind.Checkpoint, epoch, Guid.NewGuid());
        if (await objects.PutIfAbsentAsync(key, buffer, CancellationToken.None).ConfigureAwait(false)
            != PutOutcome.Created)
        {
            throw new IOException($"'{key}': the name is random and yet taken.");
        }
    }

    private async Task FindManifestsAsync(IProgress<Exception> damages)
    {
        var numbers = await NumberedObject
            .ListAsync(objects, folders.Manifests, CancellationToken.None).ConfigureAwait(false);
        var takeovers = 0;
        foreach (var number in numbers.Where(it => it < _claimedNumber).Reverse())
        {
            if (takeovers == OwnersLookedAt)
            {
                return;
            }

            var manifest = await SoundAsync(
                ManifestStore.ReadAsync(objects, folders.Manifests, number, CancellationToken.None), damages)
                .ConfigureAwait(false);
            if (manifest is { IsTakeover: false })
            {
                unused.Add(NumberedObject.KeyOf(folders.Manifests, number));
            }

            takeovers += manifest is { IsTakeover: true } ? 1 : 0;
        }
    }

    private async Task FindNamedAsync(string folder, HashSet<string> used)
    {
        var keys = await objects.ListAsync(folder, CancellationToken.None).ConfigureAwait(false);
        foreach (var key in keys.Where(key => !used.Contains(key)))
        {
            // Names of younger owners are not this one's to remove.
            if (ObjectName.TryParse(key.AsSpan(folder.Length), out var name)
                && name.Epoch < manifests.Newest.Epoch)
            {
                unused.Add(key);
            }
        }
    }

    private async Task FindSlotsAsync()
    {
        var slots = await NumberedObject
            .ListAsync(objects, folders.Log, CancellationToken.None).ConfigureAwait(false);
        foreach (var slot in slots.Where(it => it >= _claimed.TrimmedSlot && it < _claimed.FirstSlot))
        {
            if (!_claimed.Pins.Any(pin => pin.Needs(slot)))
            {
                unused.AddUnlessFence(slot);
            }
        }
    }
}
