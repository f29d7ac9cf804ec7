using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Collections;

/// <summary>Collections of the catalog as the wire shows them.</summary>
internal static class CollectionMapping
{
    /// <summary>Maps a collection.</summary>
    /// <param name="collection">As the catalog holds it.</param>
    /// <returns>The message.</returns>
    public static Collection ToMessage(this CollectionInfo collection) => new()
    {
        Name = collection.Name,
        Id = collection.Id.ToString("N"),
        Metric = (Metric)collection.Metric,
        Dimension = (uint)collection.Dimension,
        Model = collection.Model,
        Fingerprint = collection.Fingerprint,
        ShardCount = (uint)collection.ShardCount,
        ReplicaCount = (uint)collection.ReplicaCount,
        LabelField = collection.LabelField,
        SearchBreadth = (uint)collection.SearchBreadth,
        Description = collection.Description,
        CreateTime = Timestamp.FromDateTimeOffset(collection.CreatedAt),
        Version = (ulong)collection.Version,
    };
}
