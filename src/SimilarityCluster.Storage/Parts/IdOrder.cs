using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Parts;

/// <summary>Orders the rows of a part by the bytes of their ids.</summary>
/// <param name="part">Knows the ids.</param>
internal readonly struct IdOrder(IShardPart part) : IRowOrder
{
    /// <inheritdoc/>
    public int Compare(int left, int right) =>
        left == right ? 0 : part.IdOf(left).SequenceCompareTo(part.IdOf(right));
}
