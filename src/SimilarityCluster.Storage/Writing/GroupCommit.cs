using System.Diagnostics.CodeAnalysis;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Upkeep;

namespace SimilarityCluster.Storage.Writing;

/// <summary>
/// Joins writes into slots: one put is in flight, and the next slot carries every write that arrived
/// meanwhile; no timer. A write is answered once its slot is durable and applied. Thread-safe.
/// </summary>
/// <param name="log">The end of the log; used by the one put in flight.</param>
/// <param name="rows">Applies writes; used by the one put in flight.</param>
/// <param name="operations">Outcomes of recent operations, filled by the replay.</param>
/// <param name="growth">Lets writes wait while too much is in memory only or outside the graph.</param>
/// <param name="options">Limits.</param>
/// <param name="lifetime">Stops when a put fails.</param>
internal sealed class GroupCommit(
    ShardLog log,
    ShardRows rows,
    OperationMemory operations,
    ShardGrowth growth,
    ShardStoreOptions options,
    ShardLifetime lifetime)
{
    private readonly Lock _sync = new();
    private readonly Queue<PendingWrite> _queue = [];
    private readonly Dictionary<UInt128, PendingWrite> _pending = [];
    private Task _committing = Task.CompletedTask;
    private bool _isCommitting;
    private bool _closed;
    private long _waitingBytes;

    /// <summary>Finds the outcome of an operation that was done or is being done.</summary>
    /// <returns>False when it is new.</returns>
    internal bool TryFind(UInt128 operation, [NotNullWhen(true)] out Task<ShardWriteOutcome>? outcome)
    {
        lock (_sync)
        {
            return TryFindLocked(operation, out outcome);
        }
    }

    /// <summary>Writes a record and answers once it is durable and searchable.</summary>
    /// <exception cref="ShardBacklogException">Too many bytes wait; nothing was applied.</exception>
    /// <exception cref="ShardStoppedException">The shard accepts no writes any more.</exception>
    internal async Task<ShardWriteOutcome> WriteAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        Reserve(write.ReservedBytes);
        Task<ShardWriteOutcome> outcome;
        try
        {
            await growth.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            outcome = Enqueue(write);
        }
        catch
        {
            Release(write.ReservedBytes);
            throw;
        }

        if (outcome != write.Outcome)
        {
            Release(write.ReservedBytes);
        }

        return await outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Freezes the growing part if that is due, although nobody writes.</summary>
    internal void Nudge()
    {
        lock (_sync)
        {
            if (!_isCommitting && !_closed && growth.IsFreezeDue)
            {
                Start();
            }
        }
    }

    /// <summary>Waits for the slot in flight and those behind it.</summary>
    /// <returns>Whether there were any.</returns>
    internal async Task<bool> WhenIdleAsync()
    {
        Task committing;
        lock (_sync)
        {
            committing = _committing;
        }

        var waited = !committing.IsCompleted;
        await committing.ConfigureAwait(false);
        return waited;
    }

    /// <summary>Takes no more writes and finishes those that it has.</summary>
    internal Task CloseAsync()
    {
        lock (_sync)
        {
            _closed = true;
            return _committing;
        }
    }

    private void Reserve(long bytes)
    {
        lock (_sync)
        {
            if (_closed || lifetime.IsStopped)
            {
                throw lifetime.Refusal();
            }

            if (_waitingBytes > 0 && _waitingBytes + bytes > options.BacklogBytesLimit)
            {
                throw new ShardBacklogException(
                    $"write: expected at most {options.BacklogBytesLimit} bytes waiting, "
                    + $"given {bytes} behind {_waitingBytes}.",
                    options.BacklogBytesLimit);
            }

            _waitingBytes += bytes;
        }
    }

    private void Release(long bytes)
    {
        lock (_sync)
        {
            _waitingBytes -= bytes;
        }
    }

    /// <summary>Queues a write, unless its operation was done or queued meanwhile.</summary>
    private Task<ShardWriteOutcome> Enqueue(PendingWrite write)
    {
        lock (_sync)
        {
            if (_closed || lifetime.IsStopped)
            {
                throw lifetime.Refusal();
            }

            if (TryFindLocked(write.Operation, out var known))
            {
                return known;
            }

            _queue.Enqueue(write);
            _pending.Add(write.Operation, write);
            if (!_isCommitting)
            {
                Start();
            }

            return write.Outcome;
        }
    }

    private void Start()
    {
        _isCommitting = true;
        _committing = Task.Run(CommitAllAsync);
    }

    private bool TryFindLocked(UInt128 operation, [NotNullWhen(true)] out Task<ShardWriteOutcome>? outcome)
    {
        outcome = operations.TryFind(operation, out var remembered)
            ? Task.FromResult(remembered)
            : _pending.GetValueOrDefault(operation)?.Outcome;
        return outcome is not null;
    }

    private async Task CommitAllAsync()
    {
        var reason = ShardStopReason.IndexFailed;
        try
        {
            while (TakeGroup() is { } group)
            {
                if (growth.IsFreezeDue)
                {
                    await FreezeAsync().ConfigureAwait(false);
                }

                if (group.Count > 0 && !TryDecide(group[0]))
                {
                    group.RemoveAt(0);
                }

                if (group.Count == 0)
                {
                    continue;
                }

                // No caller's token: a put that was begun is carried through.
                reason = ShardStopReason.StoreFailed;
                if (!await log
                    .TryAppendAsync(
                        rows.Sequence, [.. group.Select(write => write.Record)], CancellationToken.None)
                    .ConfigureAwait(false))
                {
                    Stop(ShardStopReason.Deposed, cause: null);
                    return;
                }

                reason = ShardStopReason.IndexFailed;
                Apply(group);
            }
        }
#pragma warning disable CA1031 // Whatever failed, it stops the shard and reaches everybody who waits.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Stop(reason, failure);
            return;
        }

        if (lifetime.IsStopped)
        {
            FailPending();
        }
    }

    /// <summary>Takes the writes of the next slot: perhaps none, when only the freeze is due.</summary>
    /// <returns>Null when there is nothing to do.</returns>
    private List<PendingWrite>? TakeGroup()
    {
        lock (_sync)
        {
            var group = new List<PendingWrite>();
            var bytes = 0L;
            while (!lifetime.IsStopped && _queue.TryPeek(out var next)
                && (group.Count == 0
                    || (!next.IsFirstOfSlot && bytes + next.ReservedBytes <= options.SlotBytesLimit)))
            {
                group.Add(_queue.Dequeue());
                bytes += next.ReservedBytes;
            }

            _isCommitting = group.Count > 0 || growth.IsFreezeDue;
            return _isCommitting ? group : null;
        }
    }

    /// <summary>Decides the first write of a group; what fails concerns nobody else.</summary>
    /// <returns>False when it was refused, and is answered.</returns>
    private bool TryDecide(PendingWrite first)
    {
        try
        {
            first.Decide();
            return true;
        }
#pragma warning disable CA1031 // Whatever it was, nothing has been written, and the caller is told.
        catch (Exception refusal)
#pragma warning restore CA1031
        {
            lock (_sync)
            {
                _pending.Remove(first.Operation);
                _waitingBytes -= first.ReservedBytes;
            }

            first.Fail(refusal);
            return false;
        }
    }

    private void Apply(List<PendingWrite> group)
    {
        foreach (var write in group)
        {
            var record = WriteRecord.Decode("a write in flight", write.Payload, rows.Dimension);
            var outcome = rows.Apply(record);
            lock (_sync)
            {
                operations.Remember(record.Operation, record.Time, outcome);
                _pending.Remove(record.Operation);
                _waitingBytes -= write.ReservedBytes;
            }

            lifetime.Sequence.Advance(outcome.Sequence);
            write.Complete(outcome);
        }

        growth.Grown(group.Sum(write => (long)write.Record.Length));
    }

    private Task FreezeAsync()
    {
        lock (_sync)
        {
            return growth.FreezeAsync(log.NextSlot, operations.Snapshot());
        }
    }

    private void Stop(ShardStopReason reason, Exception? cause)
    {
        lifetime.Stop(reason, cause);
        FailPending();
    }

    private void FailPending()
    {
        List<PendingWrite> lost;
        lock (_sync)
        {
            // Those of a failed slot and those behind it; after the stop nobody can be added any more.
            lost = [.. _pending.Values];
            _pending.Clear();
            _queue.Clear();
        }

        foreach (var write in lost)
        {
            write.Fail(lifetime.Refusal());
        }
    }
}
