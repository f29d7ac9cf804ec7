#pragma warning disable MA0048 // The messages of one facade are read together.
using SimilarityCluster.Index;

namespace SimilarityCluster.Storage;

/// <summary>What every record of a shard has in common.</summary>
/// <param name="Metric">How distances are computed.</param>
/// <param name="Dimension">Numbers in each vector.</param>
public sealed record ShardSchema(Metric Metric, int Dimension);

/// <summary>One record to write.</summary>
/// <param name="Id">UTF-8, 1 to 512 bytes.</param>
/// <param name="Vector">
/// Little-endian float32, shape [dimension]; finite, and of length 1 under the cosine metric.
/// </param>
/// <param name="Metadata">Opaque bytes that are given back as they are.</param>
public readonly record struct RecordWrite(
    ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Vector, ReadOnlyMemory<byte> Metadata);

/// <summary>One batch: applied whole or not at all.</summary>
/// <param name="OperationId">
/// A repeated write with the same id within 10 minutes answers the first outcome.
/// </param>
/// <param name="Upserts">Records to write, with distinct ids.</param>
/// <param name="Deletes">Ids to delete, distinct from each other and from the upserts'.</param>
public sealed record ShardWrite(
    string OperationId, IReadOnlyList<RecordWrite> Upserts, IReadOnlyList<ReadOnlyMemory<byte>> Deletes)
{
    /// <summary>What must hold for it to be applied; nothing at all where it is empty.</summary>
    public IReadOnlyList<WriteCondition> Conditions { get; init; } = [];
}

/// <summary>What must hold of an id for a write to be applied.</summary>
/// <param name="Id">UTF-8.</param>
/// <param name="Sequence">
/// The <see cref="StoredRecord.Sequence"/> that its record must have; <see cref="Absent"/> where there must
/// be none, <see cref="Present"/> where any will do.
/// </param>
public readonly record struct WriteCondition(ReadOnlyMemory<byte> Id, long Sequence)
{
    /// <summary>There must be no record.</summary>
    public const long Absent = 0;

    /// <summary>There must be a record.</summary>
    public const long Present = -1;
}

/// <summary>What became of a batch.</summary>
/// <param name="Sequence">The log position of the batch.</param>
/// <param name="UpsertedCount">Records written.</param>
/// <param name="DeletedCount">Records that were there and are gone.</param>
public readonly record struct ShardWriteOutcome(long Sequence, int UpsertedCount, int DeletedCount);

/// <summary>Why a shard no longer accepts writes.</summary>
public enum ShardStopReason
{
    /// <summary>Its owner disposed it.</summary>
    Disposed,

    /// <summary>Another owner claimed it.</summary>
    Deposed,

    /// <summary>A put failed in a way that leaves the log's end unknown; a new owner must look.</summary>
    StoreFailed,

    /// <summary>
    /// A durable write, or its row, could not be taken into memory; a new owner must replay.
    /// </summary>
    IndexFailed,

    /// <summary>Sealing or merging segments failed in a way that no later try would mend.</summary>
    UpkeepFailed,
}

/// <summary>The shard accepts no writes any more; open it again.</summary>
/// <param name="message">Names the shard and the cause.</param>
/// <param name="reason">Why.</param>
/// <param name="cause">The failure of the store, if that is why.</param>
public sealed class ShardStoppedException(string message, ShardStopReason reason, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public ShardStopReason Reason { get; } = reason;
}

/// <summary>More bytes wait to be written than allowed; nothing was applied, retry after a pause.</summary>
/// <param name="message">Names the limit.</param>
/// <param name="limitBytes">Most bytes that may wait.</param>
public sealed class ShardBacklogException(string message, long limitBytes) : Exception(message)
{
    /// <summary>Most bytes that may wait.</summary>
    public long LimitBytes { get; } = limitBytes;
}

/// <summary>A condition of a write does not hold; nothing was applied.</summary>
/// <param name="condition">The first that does not.</param>
/// <param name="foundSequence">
/// The sequence of the record that is there; <see cref="WriteCondition.Absent"/> for none.
/// </param>
public sealed class ShardConditionException(WriteCondition condition, long foundSequence) : Exception(
    $"condition: expected sequence {condition.Sequence}, given {foundSequence} (0 stands for no record).")
{
    /// <summary>The condition.</summary>
    public WriteCondition Condition { get; } = condition;

    /// <summary>The sequence of the record that is there.</summary>
    public long FoundSequence { get; } = foundSequence;
}

/// <summary>
/// The process has no memory left for new records; nothing was applied, retry after a pause.
/// </summary>
/// <param name="message">Names the limit and what is taken.</param>
/// <param name="limitBytes">Bytes that the process may take.</param>
public sealed class ShardMemoryException(string message, long limitBytes) : Exception(message)
{
    /// <summary>Bytes that the process may take.</summary>
    public long LimitBytes { get; } = limitBytes;
}

/// <summary>How a search ended.</summary>
/// <param name="Count">Hits found, at most the limit.</param>
/// <param name="Stopped">True when the stop condition ended it; the hits are the best so far.</param>
/// <param name="SearchBreadth">The largest breadth of a walk; 0 when everything was compared.</param>
public readonly record struct ShardSearchOutcome(int Count, bool Stopped, int SearchBreadth);
