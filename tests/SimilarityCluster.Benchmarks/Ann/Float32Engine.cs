using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>The graph that walks over float32 vectors; it inserts one row at a time.</summary>
internal sealed class Float32Engine() : SearcherEngine("float32", "Connectivity 16, BuildBreadth 200")
{
    private const int Links = 32;

    private VectorRows? _rows;
    private HnswGraph? _graph;

    /// <inheritdoc/>
    public override long HotBytes =>
        _rows is null ? 0 : _rows.Count * (long)sizeof(float) * (_rows.PaddedDimension + Links);

    /// <inheritdoc/>
    public override long TotalBytes => HotBytes;

    /// <inheritdoc/>
    public override void Build(VectorSet set, int threads)
    {
        _rows = new VectorRows(Metric.Euclidean, set.Dimension);
        _graph = new HnswGraph(_rows, new HnswOptions());
        for (var row = 0; row < set.RowCount; row++)
        {
            _graph.Insert(_rows.Append(set.Row(row)));
        }
    }

    /// <inheritdoc/>
    protected override int Search(ReadOnlySpan<float> query, int breadth, Span<RowHit> hits)
    {
        var order = default(RowNumberOrder);
        var never = default(NeverStop);
        return _graph!.Search(query, breadth, hits, ref order, ref never).Count;
    }
}
