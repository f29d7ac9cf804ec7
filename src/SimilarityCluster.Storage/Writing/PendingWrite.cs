using SimilarityCluster.Storage.Log;

namespace SimilarityCluster.Storage.Writing;

/// <summary>A write that waits for its slot.</summary>
/// <param name="operation">Names the operation.</param>
/// <param name="record">The whole record, sealed.</param>
internal sealed class PendingWrite(UInt128 operation, byte[] record)
{
    private readonly TaskCompletionSource<ShardWriteOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Names the operation.</summary>
    internal UInt128 Operation { get; } = operation;

    /// <summary>The whole record, sealed.</summary>
    internal byte[] Record { get; } = record;

    /// <summary>What the log calls the payload.</summary>
    internal ReadOnlyMemory<byte> Payload => Record.AsMemory(LogRecord.HeaderBytes);

    /// <summary>What becomes of it.</summary>
    internal Task<ShardWriteOutcome> Outcome => _outcome.Task;

    /// <summary>Answers those who wait.</summary>
    internal void Complete(ShardWriteOutcome outcome) => _outcome.SetResult(outcome);

    /// <summary>Tells those who wait that there is no answer.</summary>
    internal void Fail(ShardStoppedException refusal)
    {
        _outcome.SetException(refusal);

        // The caller may have been cancelled and gone; then nobody looks at the failure, which is no fault
        // of anyone.
        _ = _outcome.Task.Exception;
    }
}
