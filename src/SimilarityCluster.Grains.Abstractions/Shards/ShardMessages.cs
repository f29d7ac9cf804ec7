#pragma warning disable MA0048 // The messages of one grain are read together.
#pragma warning disable CA1819 // Packed bytes cross silos as arrays; messages are immutable by agreement.
namespace SimilarityCluster.Grains.Abstractions.Shards;

/// <summary>Where a shard is open, and since which epoch.</summary>
/// <param name="Silo">The silo's parsable address; the key of its searcher.</param>
/// <param name="Epoch">Grows with every owner.</param>
[GenerateSerializer, Immutable, Alias("similarity.shard-location.v1")]
public sealed record ShardLocation([property: Id(0)] string Silo, [property: Id(1)] long Epoch);

/// <summary>One record to write.</summary>
/// <param name="Id">UTF-8, 1 to 512 bytes.</param>
/// <param name="Vector">Little-endian float32, shape [dimension].</param>
/// <param name="Metadata">An encoded metadata message; opaque here.</param>
[GenerateSerializer, Immutable, Alias("similarity.record-write.v1")]
public sealed record RecordWriteMessage(
    [property: Id(0)] byte[] Id, [property: Id(1)] byte[] Vector, [property: Id(2)] byte[] Metadata);

/// <summary>One batch for one shard: applied whole or not at all.</summary>
/// <param name="OperationId">A repeated write with the same id answers the first outcome.</param>
/// <param name="Upserts">Records to write, with distinct ids.</param>
/// <param name="Deletes">Ids to delete, distinct from each other and from the upserts'.</param>
[GenerateSerializer, Immutable, Alias("similarity.shard-write.v1")]
public sealed record ShardWriteMessage(
    [property: Id(0)] string OperationId,
    [property: Id(1)] RecordWriteMessage[] Upserts,
    [property: Id(2)] byte[][] Deletes)
{
    /// <summary>What must hold for it to be applied; nothing at all where it is empty.</summary>
    [Id(3)] public WriteConditionMessage[] Conditions { get; init; } = [];
}

/// <summary>What must hold of an id for a write to be applied.</summary>
/// <param name="Id">UTF-8.</param>
/// <param name="Sequence">
/// That of the record; <see cref="Absent"/> where there must be none, <see cref="Present"/> where any will
/// do.
/// </param>
[GenerateSerializer, Immutable, Alias("similarity.write-condition.v1")]
public sealed record WriteConditionMessage(
    [property: Id(0)] byte[] Id, [property: Id(1)] long Sequence)
{
    /// <summary>There must be no record.</summary>
    public const long Absent = 0;

    /// <summary>There must be a record.</summary>
    public const long Present = -1;
}

/// <summary>The batch is durable and searchable.</summary>
/// <param name="Sequence">The shard's log position.</param>
/// <param name="UpsertedCount">Records written.</param>
/// <param name="DeletedCount">Records that were there and are gone.</param>
[GenerateSerializer, Immutable, Alias("similarity.shard-written.v1")]
public sealed record ShardWriteResult(
    [property: Id(0)] long Sequence, [property: Id(1)] int UpsertedCount, [property: Id(2)] int DeletedCount);

/// <summary>A stored record.</summary>
/// <param name="Id">UTF-8.</param>
/// <param name="Vector">Little-endian float32, or empty when not asked for.</param>
/// <param name="Metadata">An encoded metadata message, or empty when not asked for.</param>
/// <param name="Sequence">The log position of the write that made it.</param>
[GenerateSerializer, Immutable, Alias("similarity.stored-record.v1")]
public sealed record StoredRecordMessage(
    [property: Id(0)] byte[] Id,
    [property: Id(1)] byte[] Vector,
    [property: Id(2)] byte[] Metadata,
    [property: Id(3)] long Sequence);

/// <summary>Which records to read, and what of them.</summary>
/// <param name="Ids">Ids to read, or empty to list.</param>
/// <param name="After">Listing starts behind this id; empty for the beginning.</param>
/// <param name="Limit">Most records to list.</param>
/// <param name="IncludeVector">Whether records carry their vector.</param>
/// <param name="IncludeMetadata">Whether records carry their metadata.</param>
/// <param name="MinSequence">Read no earlier state than this log position.</param>
[GenerateSerializer, Immutable, Alias("similarity.shard-read.v1")]
public sealed record ShardReadMessage(
    [property: Id(0)] byte[][] Ids,
    [property: Id(1)] byte[] After,
    [property: Id(2)] int Limit,
    [property: Id(3)] bool IncludeVector,
    [property: Id(4)] bool IncludeMetadata,
    [property: Id(5)] long MinSequence)
{
    /// <summary>Only records that it means are listed, an encoded filter message; null for all.</summary>
    [Id(6)] public byte[]? Filter { get; init; }
}

/// <summary>The shard cannot serve now; ask again for its location and retry.</summary>
/// <param name="message">Names the shard and the cause.</param>
[GenerateSerializer, Alias("similarity.shard-unavailable.v1")]
public sealed class ShardUnavailableException(string message) : Exception(message);

/// <summary>Stored data of the shard is damaged; no retry mends it.</summary>
/// <param name="message">Names the object.</param>
[GenerateSerializer, Alias("similarity.shard-damaged.v1")]
public sealed class ShardDamagedException(string message) : Exception(message);

/// <summary>A condition of a write does not hold; nothing was applied.</summary>
/// <param name="message">Says so.</param>
/// <param name="foundSequence">That of the record that is there; 0 for none.</param>
[GenerateSerializer, Alias("similarity.write-condition-failed.v1")]
public sealed class WriteConditionException(string message, long foundSequence) : Exception(message)
{
    /// <summary>That of the record that is there; 0 for none.</summary>
    [Id(0)] public long FoundSequence { get; } = foundSequence;
}

/// <summary>The silo has no memory left for new records; retry after a pause.</summary>
/// <param name="message">Names the limit and what is taken.</param>
[GenerateSerializer, Alias("similarity.silo-memory.v1")]
public sealed class SiloMemoryException(string message) : Exception(message);

/// <summary>More work is queued on the silo than it admits; retry after a pause.</summary>
/// <param name="message">Names the limit.</param>
/// <param name="limit">Items admitted at a time.</param>
[GenerateSerializer, Alias("similarity.silo-overloaded.v1")]
public sealed class SiloOverloadedException(string message, int limit) : Exception(message)
{
    /// <summary>Items admitted at a time.</summary>
    [Id(0)] public int Limit { get; } = limit;
}
