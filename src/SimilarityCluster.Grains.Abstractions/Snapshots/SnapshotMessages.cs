#pragma warning disable MA0048 // The messages of one grain are read together.
#pragma warning disable CA1819 // Packed bytes cross silos as arrays; messages are immutable by agreement.
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Abstractions.Snapshots;

/// <summary>A snapshot of a shard.</summary>
/// <param name="Name">Distinct in its shard.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Sequence">The shard's log position then.</param>
[GenerateSerializer, Immutable, Alias("similarity.shard-snapshot.v1")]
public sealed record ShardSnapshotMessage(
    [property: Id(0)] string Name, [property: Id(1)] DateTimeOffset Time, [property: Id(2)] long Sequence);

/// <summary>Which page of a snapshot's records to read.</summary>
/// <param name="Name">The snapshot.</param>
/// <param name="After">The page starts behind this id; empty for the first.</param>
/// <param name="Limit">Most records of the page, 1 and up.</param>
/// <param name="BytesLimit">The page ends behind the record that reaches this.</param>
[GenerateSerializer, Immutable, Alias("similarity.snapshot-read.v1")]
public sealed record SnapshotReadMessage(
    [property: Id(0)] string Name,
    [property: Id(1)] byte[] After,
    [property: Id(2)] int Limit,
    [property: Id(3)] int BytesLimit);

/// <summary>A page of the records of a snapshot.</summary>
/// <param name="RecordCount">Records of the whole snapshot.</param>
/// <param name="Records">Ascending by id, with vector and metadata.</param>
/// <param name="IsLast">Whether nothing follows.</param>
[GenerateSerializer, Immutable, Alias("similarity.snapshot-page.v1")]
public sealed record SnapshotPage(
    [property: Id(0)] long RecordCount,
    [property: Id(1)] StoredRecordMessage[] Records,
    [property: Id(2)] bool IsLast);

/// <summary>The shard has no snapshot of that name.</summary>
/// <param name="message">Names shard and snapshot.</param>
/// <param name="name">The snapshot.</param>
[GenerateSerializer, Alias("similarity.snapshot-not-found.v1")]
public sealed class SnapshotNotFoundException(string message, string name) : Exception(message)
{
    /// <summary>The snapshot.</summary>
    [Id(0)] public string Name { get; } = name;
}

/// <summary>The shard keeps as many snapshots as it may.</summary>
/// <param name="message">Names the limit.</param>
/// <param name="limit">Most snapshots of a shard.</param>
[GenerateSerializer, Alias("similarity.snapshot-limit.v1")]
public sealed class SnapshotLimitException(string message, int limit) : Exception(message)
{
    /// <summary>Most snapshots of a shard.</summary>
    [Id(0)] public int Limit { get; } = limit;
}
