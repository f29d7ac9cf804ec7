using System.Collections.Concurrent;

namespace SimilarityCluster.Storage.Writing;

/// <summary>
/// Whether a shard still accepts writes; the first reason to stop is the one that counts. Thread-safe.
/// </summary>
/// <param name="prefix">Names the shard in messages.</param>
internal sealed class ShardLifetime(string prefix)
{
    private readonly TaskCompletionSource<ShardStopReason> _stopped =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentBag<Watermark> _watermarks = [];
    private Cause? _cause;

    /// <summary>Completes when the shard stops. Never faults.</summary>
    internal Task<ShardStopReason> Stopped => _stopped.Task;

    /// <summary>The log position that is durable and searchable.</summary>
    internal Watermark Sequence { get; } = new(0);

    /// <summary>Whether the shard has stopped.</summary>
    internal bool IsStopped => Volatile.Read(ref _cause) is not null;

    /// <summary>Makes a watermark that lets go all who wait when the shard stops.</summary>
    internal Watermark NewWatermark()
    {
        var watermark = new Watermark(0);
        _watermarks.Add(watermark);
        if (IsStopped)
        {
            watermark.Close(); // The stop may have come before it was added.
        }

        return watermark;
    }

    /// <summary>Stops the shard and lets go all who wait.</summary>
    internal void Stop(ShardStopReason reason, Exception? cause = null)
    {
        if (Interlocked.CompareExchange(ref _cause, new Cause(reason, cause), null) is not null)
        {
            return;
        }

        Sequence.Close();
        foreach (var watermark in _watermarks)
        {
            watermark.Close();
        }

        _stopped.SetResult(reason);
    }

    /// <summary>Ends what goes on behind the writes.</summary>
    /// <exception cref="OperationCanceledException">The shard has stopped.</exception>
    internal void ThrowIfStopped()
    {
        if (IsStopped)
        {
            throw new OperationCanceledException("The shard has stopped.");
        }
    }

    /// <summary>
    /// What those are told who come too late; only after the stop, or while the shard is being disposed.
    /// </summary>
    internal ShardStoppedException Refusal()
    {
        var (reason, cause) = Volatile.Read(ref _cause) ?? new Cause(ShardStopReason.Disposed, null);
        return new ShardStoppedException(
            $"Shard '{prefix}' accepts no writes: {Describe(reason, cause)}.", reason, cause);
    }

    private static string Describe(ShardStopReason reason, Exception? cause) => reason switch
    {
        ShardStopReason.Deposed => "another owner claimed it",
        ShardStopReason.StoreFailed => $"a put failed and the log's end is unknown ({cause?.Message})",
        ShardStopReason.UpkeepFailed => $"its segments could not be kept up ({cause?.Message})",
        ShardStopReason.IndexFailed => $"a durable write could not be taken into memory ({cause?.Message})",
        _ => "its owner disposed it",
    };

    private sealed record Cause(ShardStopReason Reason, Exception? Exception);
}
