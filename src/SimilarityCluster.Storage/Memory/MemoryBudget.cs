namespace SimilarityCluster.Storage.Memory;

/// <summary>The memory that the shards of a process may take together. Thread-safe.</summary>
/// <remarks>
/// What counts is what the system cannot take back by itself: mapped segments do not. From
/// <see cref="TightShare"/> of the limit on shards turn what is in memory only into segments before its time;
/// from <see cref="FullShare"/> on they refuse new records, until memory has become free. The rest is for
/// searches, which never stop.
/// </remarks>
/// <param name="limitBytes">The limit; <see cref="long.MaxValue"/> for none.</param>
/// <param name="usedBytes">Measures what is taken.</param>
/// <param name="reclaim">Frees what nobody refers to any more; costs a pause.</param>
/// <param name="time">The clock.</param>
public sealed class MemoryBudget(long limitBytes, Func<long> usedBytes, Action reclaim, TimeProvider time)
{
    private const double TightShare = 0.75;
    private const double FullShare = 0.9;

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReclaimPause = TimeSpan.FromSeconds(5);

    private readonly Lock _sync = new();
    private readonly List<Action> _flushes = [];
    private long _reservedBytes;
    private long _usedBytes;
    private long? _looked;
    private long? _reclaimed;

    /// <summary>No limit at all.</summary>
    public static MemoryBudget Unlimited { get; } =
        new(long.MaxValue, () => 0, () => { }, TimeProvider.System);

    /// <summary>The limit in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Whether shards should turn into segments what they can.</summary>
    internal bool IsTight => UsedBytes() >= TightShare * LimitBytes;

    /// <summary>Makes a budget of this process's memory.</summary>
    /// <param name="limitBytes">
    /// The limit; 0 for three quarters of the machine's or container's memory.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <returns>The budget.</returns>
    public static MemoryBudget OfProcess(long limitBytes, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        return new MemoryBudget(
            limitBytes > 0 ? limitBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3,
            ProcessMemory.PrivateBytes,
#pragma warning disable S1215 // The only way to learn whether writes must still be refused.
            static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true),
#pragma warning restore S1215
            time);
    }

    /// <summary>Refuses what would take memory for long while there is none.</summary>
    /// <exception cref="ShardMemoryException">There is none.</exception>
    internal void ThrowIfFull()
    {
        var used = UsedBytes();
        if (used < FullShare * LimitBytes)
        {
            return;
        }

        Flush();
        used = Reclaim();
        if (used >= FullShare * LimitBytes)
        {
            throw new ShardMemoryException(
                $"memory: expected less than {FullShare:P0} of {LimitBytes} bytes taken, given {used}.",
                LimitBytes);
        }
    }

    /// <summary>Sets memory aside for a piece of work.</summary>
    /// <param name="bytes">How much.</param>
    /// <returns>Gives it back when disposed of; null when there is not as much.</returns>
    internal IDisposable? Reserve(long bytes)
    {
        var used = UsedBytes();
        lock (_sync)
        {
            if (bytes > (FullShare * LimitBytes) - used - _reservedBytes)
            {
                return null;
            }

            _reservedBytes += bytes;
            return new Ending(() => Release(bytes));
        }
    }

    /// <summary>Registers who can turn memory into segments.</summary>
    /// <param name="flush">Starts that, if there is enough; called by whoever meets a full budget.</param>
    /// <returns>Ends the registration.</returns>
    internal IDisposable Register(Action flush)
    {
        lock (_sync)
        {
            _flushes.Add(flush);
        }

        return new Ending(() =>
        {
            lock (_sync)
            {
                _flushes.Remove(flush);
            }
        });
    }

    private long UsedBytes()
    {
        if (LimitBytes == long.MaxValue)
        {
            return 0;
        }

        lock (_sync)
        {
            if (_looked is not { } looked || time.GetElapsedTime(looked) >= LookPause)
            {
                (_usedBytes, _looked) = (usedBytes(), time.GetTimestamp());
            }

            return _usedBytes;
        }
    }

    private void Flush()
    {
        Action[] flushes;
        lock (_sync)
        {
            flushes = [.. _flushes];
        }

        Array.ForEach(flushes, flush => flush());
    }

    private long Reclaim()
    {
        lock (_sync)
        {
            if (_reclaimed is not { } before || time.GetElapsedTime(before) >= ReclaimPause)
            {
                reclaim();
                (_reclaimed, _usedBytes, _looked) = (time.GetTimestamp(), usedBytes(), time.GetTimestamp());
            }

            return _usedBytes;
        }
    }

    private void Release(long bytes)
    {
        lock (_sync)
        {
            _reservedBytes -= bytes;
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
