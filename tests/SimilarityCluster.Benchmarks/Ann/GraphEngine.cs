using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>The graph that grows, over one code.</summary>
/// <param name="name">See <see cref="IAnnEngine.Name"/>.</param>
/// <param name="options">How it is built.</param>
internal class GraphEngine(string name, HnswOptions options) : SearcherEngine(
    name, $"{options.Code}, Connectivity {options.Connectivity}, BuildBreadth {options.BuildBreadth}")
{
    private VectorRows? _rows;
    private HnswGraph? _graph;

    /// <summary>The rows, once there are any.</summary>
    protected VectorRows Rows => _rows!;

    /// <summary>The graph over them.</summary>
    public HnswGraph Graph => _graph!;

    /// <inheritdoc/>
    public override long HotBytes => options.Code == VectorCode.Float32 ? TotalBytes : LinkedBytes;

    /// <inheritdoc/>
    public override long TotalBytes => LinkedBytes + (RowCount * sizeof(float) * PaddedDimension);

    private long RowCount => _rows?.Count ?? 0;

    private int PaddedDimension => _rows?.PaddedDimension ?? 0;

    private long LinkedBytes => RowCount * (_graph?.Links.BlockBytes ?? 0);

    /// <inheritdoc/>
    public override void Build(VectorSet set, int threads)
    {
        var rows = RowsOf(set);
        var graph = new HnswGraph(rows, options);
        Together(threads, graph.InsertNext);
        (_rows, _graph) = (rows, graph);
    }

    /// <summary>The rows of a set, without a graph.</summary>
    /// <param name="set">The set.</param>
    /// <returns>Its rows, in their order.</returns>
    public static VectorRows RowsOf(VectorSet set)
    {
        var rows = new VectorRows(Metric.Euclidean, set.Dimension);
        for (var row = 0; row < set.RowCount; row++)
        {
            rows.Append(set.Row(row));
        }

        return rows;
    }

    /// <summary>Does a work that has many steps.</summary>
    /// <param name="threads">Threads that do it.</param>
    /// <param name="step">A step; false when there is none left.</param>
    public static void Together(int threads, Func<bool> step)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(DoAll)).ToArray();
        foreach (var worker in workers)
        {
            worker.Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        void DoAll()
        {
            while (step())
            {
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        (_rows, _graph) = (null, null);
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override int Search(ReadOnlySpan<float> query, int breadth, Span<RowHit> hits)
    {
        var order = default(RowNumberOrder);
        var never = default(NeverStop);
        return _graph!.Search(new VectorQuery(query, breadth), hits, ref order, ref never).Count;
    }
}
