using SimilarityCluster.Index;
using SimilarityCluster.Storage.Filters;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Parts;

/// <summary>The rows of a segment, searched where they lie; deletions are in memory.</summary>
/// <remarks>What a hit tells was checked against its checksum.</remarks>
internal sealed class SealedPart : IShardPart
{
    private readonly PartSearcher _searcher;
    private readonly FilterCache _found = new(); // Rows never change, so neither does what was found.

    /// <summary>Makes a part of a segment.</summary>
    /// <param name="name">The segment's name.</param>
    /// <param name="file">The segment.</param>
    /// <param name="deleted">Its rows that were deleted before the first live slot of the log.</param>
    internal SealedPart(ObjectName name, SegmentFile file, RowSet deleted)
    {
        (Name, File, CheckpointDeleted) = (name, file, deleted);
        foreach (var row in deleted)
        {
            Vectors.Delete(row);
        }

        _searcher = new PartSearcher(this);
    }

    /// <summary>The segment's name.</summary>
    internal ObjectName Name { get; }

    /// <summary>The segment.</summary>
    internal SegmentFile File { get; }

    /// <summary>
    /// Rows that were deleted before the first live slot of the log, as the newest checkpoint says; changed
    /// by whoever writes that.
    /// </summary>
    internal RowSet CheckpointDeleted { get; set; }

    /// <inheritdoc/>
    public VectorRows Vectors => File.Graph.Rows;

    /// <inheritdoc/>
    public int Published => File.RowCount;

    /// <inheritdoc/>
    public int LiveCount => Vectors.LiveCount;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> IdOf(int row) => File.IdOf(row);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> MetadataOf(int row) => File.MetadataOf(row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> VectorOf(int row) => File.VectorOf(row);

    /// <inheritdoc/>
    public long SequenceOf(int row) => File.SequenceOf(row);

    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<byte> id, out int row) =>
        File.TryFind(id, out row) && !Vectors.IsDeleted(row);

    /// <inheritdoc/>
    public void Retire(int row) => Vectors.Delete(row);

    /// <inheritdoc/>
    public RowSet RowsOf(RecordFilter filter) =>
        _found.GetOrAdd(filter, () => FilterEvaluation.Evaluate(filter, this, File));

    /// <inheritdoc/>
    public IEnumerable<int> RowsAfter(ReadOnlyMemory<byte> after, RecordFilter? filter)
    {
        var meant = filter is null ? null : RowsOf(filter);
        for (var rank = File.RankAfter(after.Span); rank < File.LiveAtSealCount; rank++)
        {
            var row = File.OrderedRow(rank);
            if (meant?.Contains(row) != false)
            {
                yield return row;
            }
        }
    }

    /// <inheritdoc/>
    public void PrepareListing()
    {
        // The order was written with the segment.
    }

    /// <inheritdoc/>
    public ShardSearchOutcome Search<TStop>(
        scoped in VectorQuery query, SearchEffort effort, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition
    {
        var graph = File.Graph;
        var measured = effort.TargetRecall > 0 ? graph.BreadthFor(effort.TargetRecall, hits.Length) : 0;
        var breadth = PartSearcher.BreadthOf(effort, File.RowCount, measured);
        var outcome = _searcher.Search(graph, File.RowCount, query, breadth, hits, ref stop);
        foreach (var hit in hits[..outcome.Count])
        {
            File.VerifyVector(hit.Row);
        }

        return outcome;
    }
}
