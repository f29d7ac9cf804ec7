using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// Bounds what only the log has: freezes the growing part when the tail of the log is long enough for a
/// segment, and lets writes wait while it is longer still.
/// </summary>
/// <remarks>
/// The committer calls <see cref="Grown"/> and <see cref="FreezeAsync"/>, between two slots; the rest is
/// thread-safe.
/// </remarks>
internal sealed class ShardGrowth
{
    /// <summary>Tails longer than so many segments wait for the one that is being sealed.</summary>
    private const int MostSegments = 2;

    /// <summary>Segments are as many times shorter where memory is tight.</summary>
    private const int TightSegments = 8;

    private readonly ShardRows _rows;
    private readonly ShardStoreOptions _options;
    private readonly TaskScheduler _scheduler;
    private readonly ShardLifetime _lifetime;
    private readonly ShardUpkeep _upkeep;
    private readonly MemoryBudget _memory;
    private readonly Watermark _changes; // Counts what may let a waiting write go on, or refuse it.
    private GraphBuilder _builder;
    private GraphBuilder? _frozen; // Of the part that is being sealed.
    private long _tailBytes;

    internal ShardGrowth(
        ShardRows rows,
        ShardStoreOptions options,
        TaskScheduler scheduler,
        ShardLifetime lifetime,
        ShardUpkeep upkeep,
        MemoryBudget memory,
        long tailBytes)
    {
        (_rows, _options, _scheduler, _lifetime) = (rows, options, scheduler, lifetime);
        (_upkeep, _memory) = (upkeep, memory);
        _tailBytes = tailBytes;
        _changes = lifetime.NewWatermark();
        upkeep.WhenFailed = Changed;
        _builder = NewBuilder();
        _builder.Wake();
    }

    /// <summary>Whether the growing part is to be frozen now.</summary>
    internal bool IsFreezeDue =>
        IsLongEnough(Volatile.Read(ref _tailBytes))
        && _upkeep.CanSeal
        && !_lifetime.IsStopped;

    /// <summary>Of the growing part.</summary>
    internal GraphBuilder Builder => Volatile.Read(ref _builder);

    /// <summary>Says that a slot was applied.</summary>
    /// <param name="bytes">Of its records.</param>
    internal void Grown(long bytes)
    {
        Volatile.Write(ref _tailBytes, _tailBytes + bytes);
        _builder.Wake();
    }

    /// <summary>Freezes the growing part and lets it be sealed, unless another one is being sealed.</summary>
    /// <param name="nextSlot">The slot that will be applied next.</param>
    /// <param name="operations">Those done before it.</param>
    /// <returns>When another part grows.</returns>
    internal async Task FreezeAsync(long nextSlot, IReadOnlyList<RememberedOperation> operations)
    {
        if (!_upkeep.TryBeginSeal())
        {
            return;
        }

        var builder = _builder;
        await builder.FreezeAsync().ConfigureAwait(false);
        var frozen = _rows.Freeze();
        Volatile.Write(ref _frozen, builder);
        Volatile.Write(ref _builder, NewBuilder());
        Volatile.Write(ref _tailBytes, 0);
        _ = ForgetAsync(builder, _upkeep.Seal(new FrozenTail(frozen, builder, nextSlot, operations)));
        Changed();
    }

    // Or the rows would be in memory until the next freeze.
    private async Task ForgetAsync(GraphBuilder frozen, Task sealing)
    {
        await sealing.ConfigureAwait(false);
        Interlocked.CompareExchange(ref _frozen, null, frozen);
    }

    /// <summary>
    /// Waits until few enough rows are searched outside the graph and few enough bytes are in the log only.
    /// </summary>
    /// <exception cref="ShardStoppedException">The shard stopped.</exception>
    /// <exception cref="ShardBacklogException">Segments cannot be written now.</exception>
    internal async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Builder.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            var changes = _changes.Value;
            if (Volatile.Read(ref _tailBytes) < MostSegments * _options.SegmentBytesLimit)
            {
                return;
            }

            if (_upkeep.Failure is { } failure)
            {
                throw new ShardBacklogException(
                    $"write: the log is longer than {MostSegments * _options.SegmentBytesLimit} bytes and "
                    + $"cannot be made a segment: {failure.Message}",
                    MostSegments * _options.SegmentBytesLimit);
            }

            if (!await _changes.WaitForAsync(changes + 1, cancellationToken).ConfigureAwait(false))
            {
                throw _lifetime.Refusal();
            }
        }
    }

    /// <summary>Waits until graphs have every row that was there at the call.</summary>
    /// <exception cref="ShardStoppedException">The shard stopped.</exception>
    internal async Task WhenIndexedAsync(CancellationToken cancellationToken)
    {
        // The younger one first: a part that is frozen between the looks is the older one then.
        var growing = Builder;
        if (Volatile.Read(ref _frozen) is { } frozen)
        {
            await frozen.WhenIndexedAsync(cancellationToken).ConfigureAwait(false);
        }

        await growing.WhenIndexedAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool IsLongEnough(long bytes) => bytes >= _options.SegmentBytesLimit
        || (bytes >= _options.SegmentBytesLimit / TightSegments && _memory.IsTight);

    private void Changed() => _changes.Advance(_changes.Value + 1);

    private GraphBuilder NewBuilder() => new(_rows.Growing, _options, _scheduler, _lifetime);
}
