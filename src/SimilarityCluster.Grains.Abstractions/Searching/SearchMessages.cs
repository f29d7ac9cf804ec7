#pragma warning disable MA0048 // The messages of one grain are read together.
#pragma warning disable CA1819 // Packed bytes cross silos as arrays; messages are immutable by agreement.
namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>Queries for several shards of one silo.</summary>
[GenerateSerializer, Immutable, Alias("similarity.silo-search.v1")]
public sealed record SiloSearchMessage
{
    /// <summary>The collection.</summary>
    [Id(0)] public required Guid CollectionId { get; init; }

    /// <summary>The shards that the caller believes to be on this silo.</summary>
    [Id(1)] public required int[] Shards { get; init; }

    /// <summary>For each of <see cref="Shards"/> the log position to have reached; empty for any.</summary>
    [Id(2)] public required long[] MinSequences { get; init; }

    /// <summary>Row-major little-endian float32, shape [query count, dimension].</summary>
    [Id(3)] public required byte[] Vectors { get; init; }

    /// <summary>Number of queries, at least 1.</summary>
    [Id(4)] public required int QueryCount { get; init; }

    /// <summary>Hits wanted for each query.</summary>
    [Id(5)] public required int Limit { get; init; }

    /// <summary>Compare every live record.</summary>
    [Id(6)] public required bool Exact { get; init; }

    /// <summary>Rows kept while walking; not read when there is a <see cref="TargetRecall"/>.</summary>
    [Id(7)] public required int SearchBreadth { get; init; }

    /// <summary>Whether hits carry their vector.</summary>
    [Id(8)] public required bool IncludeVector { get; init; }

    /// <summary>Whether hits carry their metadata.</summary>
    [Id(9)] public required bool IncludeMetadata { get; init; }

    /// <summary>Share of the nearest records that each shard is to find, above 0, to 1; 0 for none.</summary>
    [Id(10)] public float TargetRecall { get; init; }

    /// <summary>Only records at this distance or nearer are hits; null for any.</summary>
    [Id(11)] public float? MaxDistance { get; init; }

    /// <summary>Only records that it means are hits, an encoded filter message; null for all.</summary>
    [Id(12)] public byte[]? Filter { get; init; }
}

/// <summary>The merged hits of the silo's shards.</summary>
[GenerateSerializer, Immutable, Alias("similarity.silo-hits.v1")]
public sealed record SiloSearchResult
{
    /// <summary>The shards that are not open here; locate them again.</summary>
    [Id(0)] public required int[] NotMine { get; init; }

    /// <summary>For each query its hits, as <see cref="PackedHitsWriter"/> wrote them.</summary>
    [Id(1)] public required byte[] Hits { get; init; }

    /// <summary>How long the search waited for a free core.</summary>
    [Id(2)] public required TimeSpan Queued { get; init; }

    /// <summary>How long it ran.</summary>
    [Id(3)] public required TimeSpan Searched { get; init; }

    /// <summary>The largest search breadth of a shard; 0 when all compared every live record.</summary>
    [Id(4)] public int SearchBreadth { get; init; }
}
