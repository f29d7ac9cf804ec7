using System.Collections.Concurrent;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// Objects of a shard that no manifest refers to any more, until they are removed. Thread-safe.
/// </summary>
/// <param name="objects">Where they are.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="damages">Told what is damaged; that stays: it may be needed for its number.</param>
internal sealed class UnusedObjects(
    IObjectStore objects, ShardFolders folders, IProgress<Exception> damages)
{
    private readonly ConcurrentQueue<Unused> _queue = new();
    private int _count; // Falls when one is gone, not when somebody is about to remove it.

    /// <summary>Whether all are gone.</summary>
    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Adds an object.</summary>
    internal void Add(string key) => Add(new Unused(key));

    /// <summary>Adds a slot of the log that may be a fence, which would stay.</summary>
    internal void AddUnlessFence(long slot) =>
        Add(new Unused(NumberedObject.KeyOf(folders.Log, slot), slot));

    /// <summary>Removes them.</summary>
    /// <exception cref="IOException">The store failed; another call goes on.</exception>
    internal async Task RemoveAsync()
    {
        while (_queue.TryDequeue(out var unused))
        {
            try
            {
                if (unused.Slot is not { } slot || await IsToGoAsync(slot).ConfigureAwait(false))
                {
                    await objects.DeleteAsync(unused.Key, CancellationToken.None).ConfigureAwait(false);
                }

                Interlocked.Decrement(ref _count);
            }
            catch (IOException)
            {
                _queue.Enqueue(unused);
                throw;
            }
        }
    }

    private void Add(Unused unused)
    {
        Interlocked.Increment(ref _count);
        _queue.Enqueue(unused);
    }

    private async Task<bool> IsToGoAsync(long slot)
    {
        try
        {
            var content = await NumberedObject
                .ReadAsync(objects, folders.Log, EnvelopeKind.LogSlot, slot, CancellationToken.None)
                .ConfigureAwait(false);
            return content is { } whole
                && !LogSlot.Decode(NumberedObject.KeyOf(folders.Log, slot), whole).IsFence;
        }
        catch (InvalidDataException damage)
        {
            damages.Report(damage);
            return false;
        }
    }

    private sealed record Unused(string Key, long? Slot = null);
}
