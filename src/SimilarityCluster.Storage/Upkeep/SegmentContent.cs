using SimilarityCluster.Index;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>
/// The rows of a segment that is to be written, as they are in the parts that it is made of.
/// </summary>
/// <param name="parts">The parts.</param>
/// <param name="sources">For each row, the part and the row there.</param>
/// <param name="deleted">For each part, its deleted rows.</param>
internal sealed class SegmentContent(
    IReadOnlyList<IShardPart> parts, MergedRow[] sources, IReadOnlyList<RowSet> deleted) : ISegmentSource
{
    /// <inheritdoc/>
    public int RowCount => sources.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> IdOf(int row) => PartOf(row).IdOf(sources[row].Row);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> MetadataOf(int row) => PartOf(row).MetadataOf(sources[row].Row);

    /// <inheritdoc/>
    public long SequenceOf(int row) => PartOf(row).SequenceOf(sources[row].Row);

    /// <inheritdoc/>
    public bool IsLive(int row) => !deleted[sources[row].Source].Contains(sources[row].Row);

    private IShardPart PartOf(int row) => parts[sources[row].Source];
}
