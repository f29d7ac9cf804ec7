using System.Collections.Concurrent;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// Makes a new state of the segments the truth, by the next manifest, and removes what was needed for the
/// state before. One caller at a time, but for <see cref="RemoveUnusedAsync"/>.
/// </summary>
/// <param name="objects">Where everything durable is.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifests">The owner's manifests.</param>
/// <param name="log">The owner's log.</param>
/// <param name="operations">Those of the newest checkpoint.</param>
internal sealed class Checkpointer(
    IObjectStore objects,
    ShardFolders folders,
    ManifestStore manifests,
    ShardLog log,
    IReadOnlyList<RememberedOperation> operations)
{
    private readonly ConcurrentQueue<string> _unused = new();
    private readonly ShardManifest _claimed = manifests.Newest;
    private readonly long _claimedNumber = manifests.Number;
    private IReadOnlyList<RememberedOperation> _operations = operations;
    private int _unusedCount = 1; // One until leftovers were looked for: there may be slots among them.

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
        for (var slot = before.FirstSlot; slot < tail.FirstSlot; slot++)
        {
            if (!log.Fences.Contains(slot))
            {
                Discard(NumberedObject.KeyOf(folders.Log, slot));
            }
        }

        return true;
    }

    /// <summary>Puts other segments with the same records in the place of those that are there.</summary>
    /// <param name="parts">All segments, with what was deleted before the first live slot.</param>
    /// <returns>False when another owner has claimed the shard.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal Task<bool> ReplaceAsync(IReadOnlyList<SealedPart> parts) =>
        ReplaceAsync(manifests.Newest, parts, _operations);

    /// <summary>Whether another owner has claimed the shard since.</summary>
    internal Task<bool> IsDeposedAsync() => manifests.IsDeposedAsync(CancellationToken.None);

    /// <summary>Removes what no manifest refers to any more. Thread-safe.</summary>
    /// <exception cref="IOException">The store failed; another call goes on.</exception>
    internal async Task RemoveUnusedAsync()
    {
        while (_unused.TryDequeue(out var key))
        {
            try
            {
                await objects.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
                Interlocked.Decrement(ref _unusedCount);
            }
            catch (IOException)
            {
                _unused.Enqueue(key);
                throw;
            }
        }
    }

    /// <summary>
    /// Looks for what dead owners left, and notes it as unused. What is damaged stays: it may be needed for
    /// its number.
    /// </summary>
    /// <param name="damages">Told what is damaged.</param>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task FindLeftoversAsync(IProgress<Exception> damages)
    {
        // The manifest before the claim was the truth until then; the one before that may have survived it.
        foreach (var number in new[] { _claimedNumber - 2, _claimedNumber - 1 }.Where(it => it > 0))
        {
            var manifest = await SoundAsync(
                ManifestStore.ReadAsync(objects, folders.Manifests, number, CancellationToken.None), damages)
                .ConfigureAwait(false);
            if (manifest is { IsTakeover: false })
            {
                Discard(NumberedObject.KeyOf(folders.Manifests, number));
            }
        }

        var used = folders.KeysOf(_claimed);

        await FindNamedAsync(folders.Segments, used).ConfigureAwait(false);
        await FindNamedAsync(folders.Checkpoints, used).ConfigureAwait(false);
        await FindSlotsAsync(damages).ConfigureAwait(false);
        Interlocked.Decrement(ref _unusedCount);
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
        var (before, number) = (manifests.Newest, manifests.Number);
        next = next with
        {
            IsTakeover = false,
            Checkpoint = checkpoint,
            Segments = [.. parts.Select(part => part.Name)],
            TrimmedSlot = Volatile.Read(ref _unusedCount) == 0 ? before.FirstSlot : before.TrimmedSlot,
        };
        if (!await manifests.TryReplaceAsync(next, CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        foreach (var name in before.Segments.Except(next.Segments))
        {
            Discard(folders.Segment(name));
        }

        if (before.Checkpoint is { } old)
        {
            Discard(folders.Checkpoint(old));
        }

        if (!before.IsTakeover)
        {
            Discard(NumberedObject.KeyOf(folders.Manifests, number));
        }

        return true;
    }

    private void Discard(string key)
    {
        Interlocked.Increment(ref _unusedCount);
        _unused.Enqueue(key);
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

    private async Task FindNamedAsync(string folder, HashSet<string> used)
    {
        var keys = await objects.ListAsync(folder, CancellationToken.None).ConfigureAwait(false);
        foreach (var key in keys.Where(key => !used.Contains(key)))
        {
            // Names of younger owners are not this one's to remove.
            if (ObjectName.TryParse(key.AsSpan(folder.Length), out var name)
                && name.Epoch < manifests.Newest.Epoch)
            {
                Discard(key);
            }
        }
    }

    private async Task FindSlotsAsync(IProgress<Exception> damages)
    {
        var slots = await NumberedObject
            .ListAsync(objects, folders.Log, CancellationToken.None).ConfigureAwait(false);
        foreach (var slot in slots.Where(it => it >= _claimed.TrimmedSlot && it < _claimed.FirstSlot))
        {
            var found = await SoundAsync<LogSlot>(
                ShardLog.ReadAsync(objects, folders.Log, slot, CancellationToken.None)!, damages)
                .ConfigureAwait(false);
            if (found is { IsFence: false })
            {
                Discard(NumberedObject.KeyOf(folders.Log, slot));
            }
        }
    }
}
