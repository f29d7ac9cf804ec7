namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>One merge, and the searches before and beside it.</summary>
/// <param name="RowCount">Rows that were written until then.</param>
/// <param name="SegmentsBefore">Segments before the merge.</param>
/// <param name="SegmentsAfter">Segments after it.</param>
/// <param name="MergedBytes">Size of the segment that it made.</param>
/// <param name="Idle">Searches of a server at rest, a little before.</param>
/// <param name="Merging">Searches from its beginning to its end.</param>
internal sealed record MergeRow(
    int RowCount,
    int SegmentsBefore,
    int SegmentsAfter,
    long MergedBytes,
    SearchTrace Idle,
    SearchTrace Merging)
{
    /// <summary>How much longer the slowest searches take beside the merge.</summary>
    public double MostRatio => Merging.MostMilliseconds / Idle.MostMilliseconds;
}
