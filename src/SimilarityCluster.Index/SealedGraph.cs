using System.Runtime.InteropServices;
using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Memory;
using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Index;

/// <summary>
/// A graph that no longer grows: what <see cref="HnswGraph.Seal"/> wrote, searched where it lies, such as in
/// a mapped file.
/// </summary>
/// <remarks>
/// Rows lie in the order in which walks meet them. They can be deleted, for as long as this object is there;
/// the buffer is never written to. It stays as long as the graph or its rows are in use.
/// </remarks>
public sealed class SealedGraph : IVectorSearcher
{
    private readonly GraphSearcher _searcher;
    private readonly RecallTable? _recalls;

    private SealedGraph(SealedReader from)
    {
        (Rows, Links, _recalls) = (from.Rows, from.Links, from.Recalls);
        (VectorOffset, ByteCount) = (from.VectorOffset, from.ByteCount);
        Reach = new SearchReach(from.Header.Growth);
        _searcher = new GraphSearcher(Rows, Links, Reach);
    }

    /// <summary>The rows. None can be appended.</summary>
    public VectorRows Rows { get; }

    /// <summary>
    /// Where in the buffer the vectors begin, one behind the other up to <see cref="ByteCount"/>, each padded
    /// with zeros to a multiple of 64 bytes. Before it are links and codes.
    /// </summary>
    public long VectorOffset { get; }

    /// <summary>How many bytes of the buffer are the graph's.</summary>
    public long ByteCount { get; }

    /// <summary>The links.</summary>
    internal GraphLinks Links { get; }

    /// <summary>How far walks go.</summary>
    internal SearchReach Reach { get; }

    /// <summary>The breadth table.</summary>
    internal RecallTable? Recalls => _recalls;

    /// <summary>Opens a sealed graph.</summary>
    /// <param name="buffer">
    /// Begins with it, aligned to 64 bytes, and does not change; what follows the graph is not looked at.
    /// Whoever made it may dispose of it at any time afterwards.
    /// </param>
    /// <returns>The graph, with all rows live.</returns>
    /// <exception cref="InvalidDataException">
    /// It is damaged; the message says where. Damage that only leads searches astray is not noticed.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    public static SealedGraph Open(SafeBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return new SealedGraph(SealedReader.Read(new PinnedBuffer(buffer)));
    }

    /// <inheritdoc cref="HnswGraph.BreadthFor"/>
    public int BreadthFor(double recall, int limit) =>
        recall < 1 && _recalls is not null ? _recalls.BreadthFor(recall, limit) : 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The breadth of <paramref name="query"/> is less than 1.
    /// </exception>
    public SearchOutcome Search<TOrder, TStop>(
        scoped in VectorQuery query, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        _searcher.Search(query, hits, ref order, ref stop);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The breadth of <paramref name="queries"/> is less than 1.
    /// </exception>
    public void SearchEach<TOrder, TStop>(
        scoped in VectorQuery queries,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        _searcher.SearchEach(queries, hits, outcomes, ref order, ref stop);

    /// <inheritdoc cref="HnswGraph.Validate"/>
    public IReadOnlyList<string> Validate()
    {
        var view = Links.View(Rows, out var entry);
        var faults = GraphValidator.Faults(view, entry, isRepaired: true);
        GC.KeepAlive(view.Layout);
        GC.KeepAlive(this);
        return faults;
    }
}
