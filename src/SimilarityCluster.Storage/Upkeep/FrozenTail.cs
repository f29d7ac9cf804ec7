using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>What a segment and a checkpoint are made of: everything before a slot of the log.</summary>
/// <param name="Rows">The rows then.</param>
/// <param name="Builder">Of the rows that are in no segment yet.</param>
/// <param name="FirstSlot">The slot; the first that will be live.</param>
/// <param name="Operations">Which operations a retry may still name.</param>
internal sealed record FrozenTail(
    FrozenRows Rows,
    GraphBuilder Builder,
    long FirstSlot,
    IReadOnlyList<RememberedOperation> Operations);
