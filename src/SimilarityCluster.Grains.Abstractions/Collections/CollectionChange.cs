namespace SimilarityCluster.Grains.Abstractions.Collections;

/// <summary>What to change of a collection; null leaves a setting as it is.</summary>
[GenerateSerializer, Immutable, Alias("similarity.collection-change.v1")]
public sealed record CollectionChange
{
    /// <summary>The collection's name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>New label field, empty for none.</summary>
    [Id(1)] public string? LabelField { get; init; }

    /// <summary>New description.</summary>
    [Id(2)] public string? Description { get; init; }

    /// <summary>New default search breadth.</summary>
    [Id(3)] public int? SearchBreadth { get; init; }

    /// <summary>The version that the change was based on; 0 skips the check.</summary>
    [Id(4)] public long ExpectedVersion { get; init; }
}
