using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// What goes on behind the writes of a shard: seals frozen tails, merges segments, removes what no manifest
/// refers to. Thread-safe.
/// </summary>
/// <remarks>
/// One tail is sealed at a time. A merge may go on beside it, but a checkpoint is written by one of them at a
/// time: from the freeze of a tail to its manifest nobody else may. Pins change beside that; only the
/// manifests themselves are put one after another. What fails for the medium's sake is tried
/// again after a pause, for as long as the shard is open.
/// </remarks>
internal sealed class ShardUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ShardRows _rows;
    private readonly SegmentStore _segments;
    private readonly Checkpointer _checkpointer;
    private readonly UnusedObjects _unused;
    private readonly SegmentMerge _merge;
    private readonly ShardLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly IProgress<Exception> _failures;
    private readonly Lock _sync = new();
    private readonly SemaphoreSlim _checkpointing = new(1);
    private readonly Turns _manifests = new();
    private readonly Turns _removals = new();
    private Task _sealing = Task.CompletedTask;
    private Task _merging = Task.CompletedTask;
    private Exception? _failure;

    internal ShardUpkeep(
        ShardRows rows,
        SegmentStore segments,
        Checkpointer checkpointer,
        UnusedObjects unused,
        SegmentMerge merge,
        ShardLifetime lifetime,
        TimeProvider time,
        IProgress<Exception> failures)
    {
        (_rows, _segments, _checkpointer, _unused, _merge) = (rows, segments, checkpointer, unused, merge);
        (_lifetime, _time, _failures) = (lifetime, time, failures);
    }

    /// <summary>Called when a tail could be frozen that could not before.</summary>
    internal Action WhenSealed { get; set; } = () => { };

    /// <summary>Called when <see cref="Failure"/> changes.</summary>
    internal Action WhenFailed { get; set; } = () => { };

    /// <summary>Whether a tail may be frozen.</summary>
    internal bool CanSeal => _checkpointing.CurrentCount > 0;

    /// <summary>The states that are kept.</summary>
    internal IReadOnlyList<ShardPin> Pins => _checkpointer.Pins;

    /// <summary>Why sealing does not get on now; null when it does.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Keeps everybody else from writing a checkpoint, until the seal is done.</summary>
    /// <returns>False when somebody else does.</returns>
    internal bool TryBeginSeal() => _checkpointing.Wait(0);

    /// <summary>Makes a segment of a tail, behind the caller; after <see cref="TryBeginSeal"/>.</summary>
    /// <returns>When it is made, or the shard has stopped. Never faults.</returns>
    internal Task Seal(FrozenTail tail)
    {
        lock (_sync)
        {
            return _sealing = Task.Run(async () =>
            {
                await PersistAsync(() => SealAsync(tail), Note).ConfigureAwait(false);
                _checkpointing.Release();
                WhenSealed();
                Merge();
            });
        }
    }

    /// <summary>Removes what dead owners left, behind the caller; before anything else.</summary>
    internal void Begin()
    {
        lock (_sync)
        {
            _merging = Task.Run(async () =>
            {
                await PersistAsync(() => _checkpointer.FindLeftoversAsync(_failures))
                    .ConfigureAwait(false);
                await TidyAsync().ConfigureAwait(false);
            });
        }
    }

    /// <summary>
    /// Removes what is not used any more and merges segments, behind the caller and whoever is at it now.
    /// </summary>
    internal void Merge()
    {
        lock (_sync)
        {
            var before = _merging;
            _merging = Task.Run(async () =>
            {
                await before.ConfigureAwait(false);
                await TidyAsync().ConfigureAwait(false);
            });
        }
    }

    /// <summary>Changes pins between two manifests; then removes what was needed for those before.</summary>
    internal async Task<T> ChangePinsAsync<T>(Func<Checkpointer, Task<T>> change)
    {
        var changed = await _manifests.RunAsync(() => change(_checkpointer)).ConfigureAwait(false);
        _ = _removals.RunAsync(async () =>
        {
            await PersistAsync(_unused.RemoveAsync).ConfigureAwait(false);
            return true;
        });
        return changed;
    }

    /// <summary>Waits until there is nothing to do.</summary>
    /// <returns>Whether there was something.</returns>
    internal async Task<bool> WhenQuietAsync()
    {
        for (var waited = false; ; waited = true)
        {
            Task work;
            lock (_sync)
            {
                work = Task.WhenAll(_sealing, _merging, _manifests.Settled, _removals.Settled);
            }

            var isQuiet = work.IsCompleted;
            await work.ConfigureAwait(false);
            if (isQuiet)
            {
                return waited;
            }
        }
    }

    /// <summary>Waits until everything has ended, after the shard has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await WhenQuietAsync().ConfigureAwait(false);
        _checkpointing.Dispose();
    }

    private void Note(Exception? failure)
    {
        Volatile.Write(ref _failure, failure);
        WhenFailed();
    }

    private async Task TidyAsync()
    {
        await PersistAsync(_unused.RemoveAsync).ConfigureAwait(false);
        await PersistAsync(MergeAllAsync).ConfigureAwait(false);
        await PersistAsync(_unused.RemoveAsync).ConfigureAwait(false);
    }

    private async Task PersistAsync(Func<Task> work, Action<Exception?>? note = null)
    {
        for (var pause = FirstPause; !_lifetime.IsStopped; pause = Longer(pause))
        {
            try
            {
                await AsOwnerAsync(work).ConfigureAwait(false);
                note?.Invoke(null);
                return;
            }
            catch (OperationCanceledException) when (_lifetime.IsStopped)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException)
            {
                note?.Invoke(failure);
                _failures.Report(failure);
            }
#pragma warning disable CA1031 // Whatever else failed, it stops the shard; searches go on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _lifetime.Stop(ShardStopReason.UpkeepFailed, failure);
                return;
            }

            await ((Task)_lifetime.Stopped.WaitAsync(pause, _time))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AsOwnerAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            // A younger owner removes what it does not need.
            if (!await _checkpointer.IsDeposedAsync().ConfigureAwait(false))
            {
                throw;
            }

            _lifetime.Stop(ShardStopReason.Deposed);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private async Task SealAsync(FrozenTail tail)
    {
        await tail.Builder.WhenSettledAsync().ConfigureAwait(false);
        _lifetime.ThrowIfStopped();
        var part = tail.Rows.Part;
        var sealedTail = await _segments.SealAsync(part, tail.Rows.Deleted[part]).ConfigureAwait(false);
        List<SealedPart> parts = [.. _rows.Parts.OfType<SealedPart>()];
        foreach (var old in parts)
        {
            old.CheckpointDeleted = tail.Rows.Deleted[old];
        }

        parts.AddRange(sealedTail is null ? [] : [sealedTail.Part]);
        var isOwner = await _manifests
            .RunAsync(() => _checkpointer.AdvanceAsync(parts, tail)).ConfigureAwait(false);
        if (!isOwner)
        {
            _lifetime.Stop(ShardStopReason.Deposed);
            return;
        }

        Replace([part], sealedTail);
    }

    private async Task MergeAllAsync()
    {
        while (CompactionPlan.Choose([.. _rows.Parts.OfType<SealedPart>()]) is { Count: > 0 } chosen)
        {
            _lifetime.ThrowIfStopped();
            using var reservation = _merge.Reserve(chosen);
            if (reservation is null)
            {
                // Searches walk more segments meanwhile; the next seal looks again.
                _failures.Report(new ShardMemoryException(
                    $"merge: there is no memory for {chosen.Count} segments together.", _merge.LimitBytes));
                return;
            }

            var merged = await _merge.MergeAsync(chosen).ConfigureAwait(false);
            await _checkpointing.WaitAsync().ConfigureAwait(false);
            try
            {
                _lifetime.ThrowIfStopped();
                if (!await CommitAsync(chosen, merged).ConfigureAwait(false))
                {
                    _lifetime.Stop(ShardStopReason.Deposed);
                    return;
                }
            }
            finally
            {
                _checkpointing.Release();
                WhenSealed();
            }

            await _unused.RemoveAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> CommitAsync(IReadOnlyList<SealedPart> chosen, SealedRows? merged)
    {
        // A tail may have been sealed since the merge began, and with it more deletions became durable.
        merged?.Part.CheckpointDeleted = merged.DeletedBy(source => chosen[source].CheckpointDeleted);
        List<SealedPart> parts = [.. _rows.Parts.OfType<SealedPart>()];
        var place = parts.IndexOf(chosen[0]);
        if (merged is not null)
        {
            parts[place] = merged.Part;
        }

        parts.RemoveAll(chosen.Contains);
        if (!await _manifests.RunAsync(() => _checkpointer.ReplaceAsync(parts)).ConfigureAwait(false))
        {
            return false;
        }

        Replace(chosen, merged);
        return true;
    }

    private void Replace(IReadOnlyList<IShardPart> old, SealedRows? young)
    {
        var dead = _rows.Watch(old);
        if (young is not null)
        {
            foreach (var row in young.DeletedBy(source => dead[source]))
            {
                young.Part.Retire(row);
            }
        }

        var newRowOf = young?.NewRows([.. old.Select(part => part.Published)]) ?? ((_, _) => -1);
        _rows.Replace(old, young?.Part, newRowOf);
    }
}
