namespace SimilarityCluster.Storage;

/// <summary>Limits and timings of one shard; bound from <c>Shard</c>.</summary>
public sealed class ShardStoreOptions
{
}
