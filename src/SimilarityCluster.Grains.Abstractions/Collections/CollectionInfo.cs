namespace SimilarityCluster.Grains.Abstractions.Collections;

/// <summary>One collection as the catalog holds it.</summary>
[GenerateSerializer, Immutable, Alias("similarity.collection.v1")]
public sealed record CollectionInfo
{
    /// <summary>The name, unique at any time.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Made anew at every creation, so that an old name never meets old data.</summary>
    [Id(1)] public required Guid Id { get; init; }

    /// <summary>The metric, with the numbers of the wire: 1 cosine, 2 dot, 3 euclidean.</summary>
    [Id(2)] public required int Metric { get; init; }

    /// <summary>Numbers in each vector.</summary>
    [Id(3)] public required int Dimension { get; init; }

    /// <summary>The model that embeds raw inputs, or empty.</summary>
    [Id(4)] public required string Model { get; init; }

    /// <summary>The model's fingerprint when the collection was made, or empty.</summary>
    [Id(5)] public required string Fingerprint { get; init; }

    /// <summary>Shards that share the records.</summary>
    [Id(6)] public required int ShardCount { get; init; }

    /// <summary>Copies of each shard beside the primary.</summary>
    [Id(7)] public required int ReplicaCount { get; init; }

    /// <summary>The metadata field that names a record's class, or empty.</summary>
    [Id(8)] public required string LabelField { get; init; }

    /// <summary>Rows kept while walking when a search does not say.</summary>
    [Id(9)] public required int SearchBreadth { get; init; }

    /// <summary>Free text for people.</summary>
    [Id(10)] public required string Description { get; init; }

    /// <summary>When it was made.</summary>
    [Id(11)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Grows with every change of the settings.</summary>
    [Id(12)] public required long Version { get; init; }
}
