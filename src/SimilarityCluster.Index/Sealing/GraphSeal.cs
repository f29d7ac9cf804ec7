using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Sealing;

/// <summary>A graph ready to be written in a form that is searched where it lies.</summary>
/// <remarks>
/// Until it is written, nobody may insert into the graph or repair it; rows may be deleted.
/// </remarks>
public sealed class GraphSeal
{
    private readonly VectorRows _rows;
    private readonly GraphLinks _links;
    private readonly int[] _order;
    private readonly SealedHeader _header;
    private readonly RecallTable? _recalls;

    internal GraphSeal(VectorRows rows, GraphLinks links, float growth, RecallTable? recalls)
    {
        var view = links.View(rows, out var entry);
        (_rows, _links, _recalls) = (rows, links, recalls);
        _order = WalkOrder.Of(view, entry);
        var expected = view.Limit - links.RemovedCount;
        if (_order.Length != expected)
        {
            // Rows must not get lost, whatever has broken the graph.
            throw new InvalidOperationException(
                $"{_order.Length} rows of the graph can be reached; expected {expected}.");
        }

        var quantizer = view.Layout.Quantizer;
        _header = new SealedHeader
        {
            Metric = rows.Metric,
            Dimension = rows.Dimension,
            Count = _order.Length,
            Connectivity = view.Connectivity,
            Code = quantizer?.Code ?? VectorCode.Float32,
            Entry = _order.Length > 0 ? 0 : -1,
            UpperCount = UpperCount(view, _order),
            BreadthCount = recalls?.Count ?? 0,
            QuantizerBytes = quantizer?.StateBytes ?? 0,
            Growth = growth,
        };
        VectorOffset = _header.Vectors(view.Layout.BlockBytes);
        ByteCount = _header.End(view.Layout.BlockBytes);
        GC.KeepAlive(view.Layout);
    }

    /// <summary>
    /// The rows of the graph, by the number that they have in the sealed one: all but those that repairs have
    /// removed. A row that is deleted but not removed is among them, and is to be deleted there, too.
    /// </summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>How many bytes are written.</summary>
    public long ByteCount { get; }

    /// <summary>How many bytes are before the vectors, see <see cref="SealedGraph.VectorOffset"/>.</summary>
    public long VectorOffset { get; }

    /// <summary>Writes the sealed graph, which <see cref="SealedGraph.Open"/> reads.</summary>
    /// <param name="stream">Receives <see cref="ByteCount"/> bytes.</param>
    /// <exception cref="IOException">The stream failed.</exception>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var view = _links.View(_rows, out _);
        new SealedWriter(view, _order, _header, _recalls).Write(stream);
        GC.KeepAlive(view.Layout);
        GC.KeepAlive(this);
    }

    private static unsafe int UpperCount(in GraphView view, int[] order)
    {
        var count = 0;
        foreach (var row in order)
        {
            count += view.Nodes[row]->Level;
        }

        return count;
    }
}
