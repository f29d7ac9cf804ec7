#pragma warning disable MA0048 // The view is a reader's half of the links.
using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>Who is linked to whom. One writer; readers beside it wait for nobody.</summary>
/// <remarks>
/// A row's links on a level are a fixed number of slots; a free one holds -1. A link that stays keeps its
/// slot, so that a reader in the middle of a change misses none that was there before and is there
/// afterwards. Each slot is written at once; a reader passes over rows that are not below the count it began
/// with.
/// </remarks>
internal sealed class GraphLinks
{
    private const int NoLink = -1;
    private const int SlotGranularity = AlignedBlocks<int>.AlignmentBytes / sizeof(int);

    private readonly int _connectivity;
    private readonly AlignedBlocks<GraphNode> _nodes = new(1);
    private readonly AlignedBlocks<int> _lowest;
    private readonly AlignedBlocks<int> _upper;
    private int _upperCount;
    private int _count;
    private int _entry = NoLink;

    /// <summary>Makes room for no row yet.</summary>
    /// <param name="connectivity">Slots on each upper level, half of those on the lowest.</param>
    public GraphLinks(int connectivity)
    {
        _connectivity = connectivity;
        _lowest = new AlignedBlocks<int>(Padded(2 * connectivity));
        _upper = new AlignedBlocks<int>(Padded(connectivity));
    }

    /// <summary>Rows that searches may meet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// The graph as a search sees it. This object and the rows must be kept alive while it is used.
    /// </summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="entry">
    /// Where a walk begins, on the highest level; negative when there are no rows.
    /// </param>
    /// <returns>The view.</returns>
    public GraphView View(VectorRows rows, out int entry)
    {
        // In this order: the entry is below the count, and all slabs of the rows below the count are in the
        // views.
        entry = Volatile.Read(ref _entry);
        var limit = Volatile.Read(ref _count);
        return new GraphView(
            rows.View(), _nodes.View, _lowest.View, _upper.View, limit, _connectivity, rows.PaddedDimension);
    }

    /// <summary>Makes room for a row, with free slots only.</summary>
    /// <param name="row">The next row.</param>
    /// <param name="level">The highest level that it is on.</param>
    public unsafe void Reserve(int row, int level)
    {
        _nodes.EnsureCapacity(row + 1);
        _lowest.EnsureCapacity(row + 1);
        _upper.EnsureCapacity(_upperCount + level);
        *_nodes.View[row] = new GraphNode { Level = level, UpperStart = _upperCount, Parent = NoLink };
        new Span<int>(_lowest.View[row], 2 * _connectivity).Fill(NoLink);
        for (; level > 0; level--)
        {
            new Span<int>(_upper.View[_upperCount++], _connectivity).Fill(NoLink);
        }
    }

    /// <summary>Shows a row to searches that begin from now on.</summary>
    /// <param name="row">The row, with all of its links.</param>
    /// <param name="isEntry">Whether walks begin there.</param>
    public void Publish(int row, bool isEntry)
    {
        Volatile.Write(ref _count, row + 1);
        if (isEntry)
        {
            Volatile.Write(ref _entry, row);
        }
    }

    private static int Padded(int slots) => (slots + SlotGranularity - 1) & -SlotGranularity;
}

/// <summary>The graph as one search sees it, unchecked.</summary>
/// <param name="Rows">The vectors.</param>
/// <param name="Nodes">What is known of each row.</param>
/// <param name="Lowest">Slots on level 0, by row.</param>
/// <param name="Upper">Slots on the other levels, see <see cref="GraphNode.UpperStart"/>.</param>
/// <param name="Limit">Rows from this number on are passed over.</param>
/// <param name="Connectivity">Slots on each upper level, half of those on the lowest.</param>
/// <param name="Length">Numbers in a vector, with its padding.</param>
internal readonly unsafe record struct GraphView(
    RowsView Rows,
    BlockView<GraphNode> Nodes,
    BlockView<int> Lowest,
    BlockView<int> Upper,
    int Limit,
    int Connectivity,
    int Length)
{
    /// <summary>The slots of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="level">At most the row's.</param>
    /// <returns>Shape [<see cref="SlotCount"/>].</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Slots(int row, int level) =>
        level == 0 ? Lowest[row] : Upper[Nodes[row]->UpperStart + level - 1];

    /// <summary>How many slots a row has.</summary>
    /// <param name="level">The level.</param>
    /// <returns>The number.</returns>
    public int SlotCount(int level) => level == 0 ? 2 * Connectivity : Connectivity;
}
