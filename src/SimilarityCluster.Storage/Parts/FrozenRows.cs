using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Parts;

/// <summary>The rows of a shard at one position of the log, between two slots.</summary>
/// <param name="Part">Was the growing part until then; no row is added to it any more.</param>
/// <param name="Sequence">The position.</param>
/// <param name="Deleted">Rows that were deleted then, of each part.</param>
internal sealed record FrozenRows(
    GrowingPart Part, long Sequence, IReadOnlyDictionary<IShardPart, RowSet> Deleted);
