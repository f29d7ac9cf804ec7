using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Records;

/// <summary>Orders rows by the bytes of their ids.</summary>
/// <param name="records">Knows the ids.</param>
internal readonly struct IdOrder(RecordTable records) : IRowOrder, IComparer<int>
{
    /// <inheritdoc/>
    public int Compare(int left, int right) =>
        left == right ? 0 : records.IdOf(left).Span.SequenceCompareTo(records.IdOf(right).Span);
}
