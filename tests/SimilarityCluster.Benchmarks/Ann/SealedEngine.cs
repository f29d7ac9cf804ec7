using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>The graph that was improved and sealed, searched in a mapped file.</summary>
/// <param name="name">See <see cref="IAnnEngine.Name"/>.</param>
/// <param name="options">How it is built.</param>
internal sealed class SealedEngine(string name, HnswOptions options) : SearcherEngine(
    name,
    $"{options.Code}, Connectivity {options.Connectivity}, BuildBreadth {options.BuildBreadth}, "
    + "improved, sealed, mapped"),
    IKeptEngine
{
    private SealedGraph? _graph;
    private string? _built;

    private int[] _order = [];

    /// <inheritdoc/>
    public override long HotBytes => (long)_order.Length * (_graph?.Links.BlockBytes ?? 0);

    /// <inheritdoc/>
    public override long TotalBytes => HotBytes + ((long)_order.Length * sizeof(float) * PaddedDimension);

    /// <inheritdoc/>
    /// <remarks>Another file for another version of the index: its build may make another graph.</remarks>
    public string FileName =>
        $"{Name}-{options.Code}-{options.Connectivity}-{options.BuildBreadth}-"
        + $"{typeof(SealedGraph).Module.ModuleVersionId.ToString("N")[..8]}.sealed";

    private int PaddedDimension => _graph?.Rows.PaddedDimension ?? 0;

    /// <summary>The graph, once there is one.</summary>
    public SealedGraph Graph => _graph!;

    /// <summary>The number that each row of the graph had in the set.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <inheritdoc/>
    public override void Build(VectorSet set, int threads) =>
        Build(set, new HnswGraph(GraphEngine.RowsOf(set), options), row => row, threads);

    /// <summary>Finishes a graph and seals it.</summary>
    /// <param name="set">The set.</param>
    /// <param name="graph">The graph; rows may be missing.</param>
    /// <param name="rowOf">The number in the set of each row of the graph.</param>
    /// <param name="threads">Threads to build with.</param>
    public void Build(VectorSet set, HnswGraph graph, Func<int, int> rowOf, int threads)
    {
        GraphEngine.Together(threads, graph.InsertNext);
        GraphEngine.Together(threads, graph.ImproveNext);
        var seal = graph.Seal();
        int[] order = [.. seal.Order.ToArray().Select(rowOf)];
        Dispose();
        _built = Path.GetTempFileName();
        using (var file = new FileStream(_built, FileMode.Create))
        {
            seal.WriteTo(file);
            file.Write(MemoryMarshal.AsBytes(order.AsSpan()));
        }

        Load(set, _built);
    }

    /// <inheritdoc/>
    public void Load(VectorSet set, string path)
    {
        using var file = MemoryMappedFile.CreateFromFile(
            path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        using var bytes = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _graph = SealedGraph.Open(bytes.SafeMemoryMappedViewHandle);
        _order = new int[set.RowCount];
        var behind = new FileInfo(path).Length - ((long)set.RowCount * sizeof(int));
        bytes.ReadArray(behind, _order, 0, _order.Length);
    }

    /// <inheritdoc/>
    public void Save(string path) => File.Copy(_built!, path);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _graph = null;
        if (_built is not null)
        {
            File.Delete(_built); // What is mapped stays.
            _built = null;
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override int Search(ReadOnlySpan<float> query, int breadth, Span<RowHit> hits)
    {
        var order = default(RowNumberOrder);
        var never = default(NeverStop);
        var count = _graph!.Search(new VectorQuery(query, breadth), hits, ref order, ref never).Count;
        foreach (ref var hit in hits[..count])
        {
            hit = hit with { Row = _order[hit.Row] };
        }

        return count;
    }
}
