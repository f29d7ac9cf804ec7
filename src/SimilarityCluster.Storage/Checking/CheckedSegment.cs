using SimilarityCluster.Index;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Checking;

/// <summary>A whole segment, and what a checkpoint says about it.</summary>
/// <param name="File">The segment.</param>
/// <param name="Deleted">Its rows that were deleted before the first live slot.</param>
internal sealed record CheckedSegment(SegmentFile File, RowSet Deleted)
{
    /// <summary>Live rows.</summary>
    internal int LiveCount => File.RowCount - Deleted.Count;

    /// <summary>Tells whether an id is live here.</summary>
    internal bool IsLive(ReadOnlySpan<byte> id) => File.TryFind(id, out var row) && !Deleted.Contains(row);

    /// <summary>The rows that are found by id and not deleted.</summary>
    internal IEnumerable<int> LiveRows() =>
        Enumerable.Range(0, File.LiveAtSealCount).Select(File.OrderedRow)
            .Where(row => !Deleted.Contains(row));
}
