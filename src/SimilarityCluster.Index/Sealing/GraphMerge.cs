#pragma warning disable MA0048 // The row is read with the merge.
using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Index.Sealing;

/// <summary>
/// Makes one graph of several sealed ones, without building anew what the largest has already.
/// </summary>
/// <remarks>
/// The caller does the work: it calls <see cref="HnswGraph.InsertNext"/>, <see cref="HnswGraph.Repair"/>,
/// <see cref="HnswGraph.ImproveNext"/> and <see cref="HnswGraph.Calibrate"/> of <see cref="Graph"/> until
/// each says that there is no more to do, and then <see cref="HnswGraph.Seal"/>.
/// </remarks>
public sealed class GraphMerge
{
    // Where more of a graph's rows are deleted, it takes longer to repair than to build anew.
    private const int MostDeletedShare = 2;

    // Rows of a sealed graph come in an order in which near ones follow each other. The first of them would
    // find no others to link to, so each insertion goes on by the golden ratio's share of the rows.
    private const double GoldenRatio = 0.618_033_988_749_895;

    private readonly List<MergedRow> _sources = [];

    /// <summary>Begins a merge; the rows that are live now are merged. O(bytes of all of them).</summary>
    /// <param name="sources">At least one, all of one metric and dimension.</param>
    /// <param name="options">How the graph is built; read now.</param>
    /// <exception cref="ArgumentException">There are none, or they differ.</exception>
    /// <exception cref="ValidationException">An option is out of range; the message names it.</exception>
    public GraphMerge(IReadOnlyList<SealedGraph> sources, HnswOptions options)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(options);
        if (sources.Count == 0)
        {
            throw new ArgumentException("There are no graphs; expected at least one.", nameof(sources));
        }

        var (metric, dimension) = (sources[0].Rows.Metric, sources[0].Rows.Dimension);
        for (var index = 1; index < sources.Count; index++)
        {
            var rows = sources[index].Rows;
            if ((rows.Metric, rows.Dimension) != (metric, dimension))
            {
                throw new ArgumentException(
                    $"Graph {index} has {rows.Metric}, dimension {rows.Dimension}; expected {metric}, "
                    + $"dimension {dimension}, as of graph 0.",
                    nameof(sources));
            }
        }

        Rows = new VectorRows(metric, dimension);
        var largest = Largest(sources, options);
        if (largest >= 0)
        {
            AppendAll(largest, sources[largest].Rows);
        }

        Graph = largest < 0
            ? new HnswGraph(Rows, options)
            : HnswGraph.From(sources[largest], Rows, options);
        for (var index = 0; index < sources.Count; index++)
        {
            if (index != largest)
            {
                AppendLive(index, sources[index].Rows);
            }
        }
    }

    /// <summary>The merged graph; at first with the rows of the largest graph.</summary>
    public HnswGraph Graph { get; }

    /// <summary>The rows of <see cref="Graph"/>, all of them.</summary>
    public VectorRows Rows { get; }

    /// <summary>Where a row comes from.</summary>
    /// <param name="row">A row of <see cref="Rows"/>.</param>
    /// <returns>The row's graph and number before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public MergedRow SourceOf(int row) => _sources[row];

    // The graph with the most live rows that can go on; -1 for none.
    private static int Largest(IReadOnlyList<SealedGraph> sources, HnswOptions options)
    {
        var (largest, most) = (-1, 0);
        for (var index = 0; index < sources.Count; index++)
        {
            var (rows, links) = (sources[index].Rows, sources[index].Links);
            if (links.Connectivity == options.Connectivity
                && (options.Code is null || options.Code == links.Code)
                && rows.LiveCount > most
                && rows.LiveCount >= rows.Count / MostDeletedShare)
            {
                (largest, most) = (index, rows.LiveCount);
            }
        }

        return largest;
    }

    private void AppendAll(int source, VectorRows rows)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            Append(source, rows, row);
            if (rows.IsDeleted(row))
            {
                Rows.Delete(row);
            }
        }
    }

    private void AppendLive(int source, VectorRows rows)
    {
        var step = StepOf(rows.Count);
        for (var (count, row) = (0, 0L); count < rows.Count; count++, row = (row + step) % rows.Count)
        {
            if (!rows.IsDeleted((int)row))
            {
                Append(source, rows, (int)row);
            }
        }
    }

    private unsafe void Append(int source, VectorRows rows, int row)
    {
        Rows.Append(new ReadOnlySpan<float>(rows.View().Vectors[row], rows.Dimension));
        GC.KeepAlive(rows);
        _sources.Add(new MergedRow(source, row));
    }

    // Steps that have no divisor in common with the count come to every row.
    private static int StepOf(int count)
    {
        var step = Math.Max(1, (int)(count * GoldenRatio));
        while (Divisor(step, count) > 1)
        {
            step++;
        }

        return step;

        static int Divisor(int left, int right) => right == 0 ? left : Divisor(right, left % right);
    }
}

/// <summary>Where a row of a merge comes from.</summary>
/// <param name="Source">The place of its graph among those that were merged.</param>
/// <param name="Row">Its number there.</param>
public readonly record struct MergedRow(int Source, int Row);
