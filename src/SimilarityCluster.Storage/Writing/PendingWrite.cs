using SimilarityCluster.Storage.Log;

namespace SimilarityCluster.Storage.Writing;

/// <summary>A write that waits for its slot.</summary>
internal sealed class PendingWrite
{
    private readonly TaskCompletionSource<ShardWriteOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Func<byte[]>? _decide;

    /// <summary>Makes a write that is decided already.</summary>
    /// <param name="operation">Names the operation.</param>
    /// <param name="record">The whole record, sealed.</param>
    internal PendingWrite(UInt128 operation, byte[] record) =>
        (Operation, Record, ReservedBytes) = (operation, record, record.Length);

    /// <summary>Makes a write that depends on the state that it meets.</summary>
    /// <param name="operation">Names the operation.</param>
    /// <param name="reservedBytes">Bytes that it has while it waits.</param>
    /// <param name="decide">
    /// Makes the whole record, sealed, when everything before it is applied and nothing else is under way;
    /// what it throws is the answer, and nothing is written then.
    /// </param>
    internal PendingWrite(UInt128 operation, long reservedBytes, Func<byte[]> decide) =>
        (Operation, Record, ReservedBytes, _decide) = (operation, [], reservedBytes, decide);

    /// <summary>Names the operation.</summary>
    internal UInt128 Operation { get; }

    /// <summary>The whole record, sealed; empty before it is decided.</summary>
    internal byte[] Record { get; private set; }

    /// <summary>Bytes that it has while it waits.</summary>
    internal long ReservedBytes { get; }

    /// <summary>
    /// Whether it depends on the state that it meets: then nothing may precede it in its slot.
    /// </summary>
    internal bool IsFirstOfSlot => _decide is not null;

    /// <summary>What the log calls the payload.</summary>
    internal ReadOnlyMemory<byte> Payload => Record.AsMemory(LogRecord.HeaderBytes);

    /// <summary>What becomes of it.</summary>
    internal Task<ShardWriteOutcome> Outcome => _outcome.Task;

    /// <summary>Decides what is written, if that is open.</summary>
    internal void Decide() => Record = _decide?.Invoke() ?? Record;

    /// <summary>Answers those who wait.</summary>
    internal void Complete(ShardWriteOutcome outcome) => _outcome.SetResult(outcome);

    /// <summary>Tells those who wait that there is no answer.</summary>
    internal void Fail(Exception refusal)
    {
        _outcome.SetException(refusal);

        // The caller may have been cancelled and gone; then nobody looks at the failure, which is no fault
        // of anyone.
        _ = _outcome.Task.Exception;
    }
}
