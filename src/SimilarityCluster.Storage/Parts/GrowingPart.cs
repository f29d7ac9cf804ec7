using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Filters;

namespace SimilarityCluster.Storage.Parts;

/// <summary>
/// Rows in memory, as the log tells them: they come by batches, and the graph gets them later. A search walks
/// the graph and compares the rows behind it.
/// </summary>
/// <remarks>
/// One writer appends. A batch's rows are appended unseen and then published; readers never see those behind.
/// </remarks>
internal sealed class GrowingPart : IShardPart
{
    private readonly RecordTable _records = new();
    private readonly IdMap _ids;
    private readonly IdListing _listing;
    private readonly PartSearcher _searcher;
    private readonly GrowingFields _fields;
    private int _published;

    internal GrowingPart(ShardSchema schema, HnswOptions options)
    {
        Vectors = new VectorRows(schema.Metric, schema.Dimension);
        Graph = new HnswGraph(Vectors, options);
        _ids = new IdMap(_records);
        _listing = new IdListing(_records, () => Published, Vectors.IsDeleted);
        _searcher = new PartSearcher(this);
        _fields = new GrowingFields(this);
    }

    /// <inheritdoc/>
    public VectorRows Vectors { get; }

    /// <inheritdoc/>
    public int Published => Volatile.Read(ref _published);

    /// <inheritdoc/>
    public int LiveCount => _ids.Count;

    /// <summary>Has the first of the rows.</summary>
    internal HnswGraph Graph { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> IdOf(int row) => _records.IdOf(row);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> MetadataOf(int row) => _records.MetadataOf(row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> VectorOf(int row) => Vectors[row];

    /// <inheritdoc/>
    public long SequenceOf(int row) => _records.SequenceOf(row);

    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<byte> id, out int row) => _ids.TryFind(id, out row);

    /// <inheritdoc/>
    public void Retire(int row)
    {
        _ids.Remove(row);
        Vectors.Delete(row);
    }

    /// <inheritdoc/>
    public RowSet RowsOf(RecordFilter filter) => FilterEvaluation.Evaluate(filter, this, _fields);

    /// <summary>Leaves nothing out: the row that names an id may be another than the live one.</summary>
    /// <inheritdoc/>
    public IEnumerable<int> RowsAfter(ReadOnlyMemory<byte> after, RecordFilter? filter) =>
        _listing.RowsAfter(after);

    /// <inheritdoc/>
    public void PrepareListing() => _listing.Refresh(Vectors.LiveCount);

    /// <inheritdoc/>
    public ShardSearchOutcome Search<TStop>(
        scoped in VectorQuery query, SearchEffort effort, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition
    {
        var indexed = Graph.Count;
        var measured = effort.TargetRecall > 0 ? Graph.BreadthFor(effort.TargetRecall, hits.Length) : 0;
        var breadth = PartSearcher.BreadthOf(effort, indexed, measured);
        return _searcher.Search(Graph, indexed, query, breadth, hits, ref stop);
    }

    /// <summary>Appends a record's row, unseen; by the writer.</summary>
    internal void Append(in RecordWrite record, long sequence)
    {
        Vectors.Append(MemoryMarshal.Cast<byte, float>(record.Vector.Span));
        _records.Append(record.Id.Span, record.Metadata.Span, sequence);
    }

    /// <summary>Lets all appended rows be seen; by the writer.</summary>
    /// <returns>The first of them.</returns>
    internal int Publish()
    {
        var first = _published;
        Volatile.Write(ref _published, _records.Count);
        return first;
    }

    /// <summary>
    /// Makes a published row that of its id, which has none; under the lock of the shard's rows.
    /// </summary>
    internal void MakeLive(int row) => _ids.Add(row);
}
