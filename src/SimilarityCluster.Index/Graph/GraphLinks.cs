#pragma warning disable MA0048 // The view is a reader's half of the links.
using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Who is linked to whom. Readers wait for nobody; writers of one row's links exclude each other, see
/// <see cref="RowLock"/>.
/// </summary>
/// <remarks>
/// A row's links on a level are a fixed number of slots; a free one holds -1. A link that stays keeps its
/// slot, so that a reader in the middle of a change misses none that was there before and is there
/// afterwards. Each slot is written at once; a reader passes over rows that are not below the limit it began
/// with. Rows are reserved in order, linked in any order, and shown to searches in order again.
/// </remarks>
internal sealed unsafe class GraphLinks
{
    private const int NoRow = -1;
    private const int SlotGranularity = AlignedBlocks<int>.AlignmentBytes / sizeof(int);

    private readonly int _connectivity;
    private readonly AlignedBlocks<GraphNode> _nodes;
    private readonly AlignedBlocks<int> _upper;
    private RowBlocks _lowest;
    private int _upperCount;
    private int _reserved;
    private int _removedCount;
    private int _count;
    private int _entry = NoRow;
    private int _builderEntry = NoRow;

    /// <summary>Makes room for no row yet.</summary>
    /// <param name="connectivity">Slots on each upper level; see <see cref="LowestSlots"/>.</param>
    public GraphLinks(int connectivity)
    {
        _connectivity = connectivity;
        _nodes = new AlignedBlocks<GraphNode>(1);
        _lowest = new RowBlocks(LowestSlots(connectivity), quantizer: null);
        _upper = new AlignedBlocks<int>(PaddedSlots(connectivity));
    }

    /// <summary>Takes a whole graph, of which no row was removed.</summary>
    /// <param name="connectivity">Slots on each upper level.</param>
    /// <param name="nodes">What is known of each row.</param>
    /// <param name="lowest">Links on the lowest level, and codes.</param>
    /// <param name="upper">Links on the other levels.</param>
    /// <param name="count">Rows.</param>
    /// <param name="upperCount">Lists of links on the other levels.</param>
    /// <param name="entry">Where walks begin; negative without rows.</param>
    public GraphLinks(
        int connectivity,
        AlignedBlocks<GraphNode> nodes,
        RowBlocks lowest,
        AlignedBlocks<int> upper,
        int count,
        int upperCount,
        int entry)
    {
        (_connectivity, _nodes, _lowest, _upper) = (connectivity, nodes, lowest, upper);
        (_count, _reserved, _upperCount, _entry, _builderEntry) = (count, count, upperCount, entry, entry);
        for (var row = 0; row < count && Root < 0; row++)
        {
            Root = nodes.View[row]->Parent < 0 ? row : Root;
        }
    }

    /// <summary>Slots on each upper level.</summary>
    public int Connectivity => _connectivity;

    /// <summary>What walks compare now.</summary>
    public VectorCode Code => Volatile.Read(ref _lowest).Quantizer?.Code ?? VectorCode.Float32;

    /// <summary>Rows that searches may meet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Rows that there is room for; those from <see cref="Count"/> on are being linked.</summary>
    public int Reserved => Volatile.Read(ref _reserved);

    /// <summary>The first row that was linked; it has no parent.</summary>
    public int Root { get; private set; } = NoRow;

    /// <summary>Rows that no walk meets, because they were deleted before.</summary>
    public int RemovedCount => Volatile.Read(ref _removedCount);

    /// <summary>Bytes that a walk may read of each row: its links on the lowest level and its code.</summary>
    public int BlockBytes => Volatile.Read(ref _lowest).BlockBytes;

    /// <summary>Copies a graph that nobody changes meanwhile.</summary>
    /// <returns>The copy, in memory of its own.</returns>
    public GraphLinks Copy()
    {
        var nodes = new AlignedBlocks<GraphNode>(1);
        nodes.CopyFrom(_nodes.View, _reserved);
        var lowest = new RowBlocks(LowestSlots(_connectivity), _lowest.Quantizer);
        lowest.Blocks.CopyFrom(_lowest.Blocks.View, _reserved);
        var upper = new AlignedBlocks<int>(PaddedSlots(_connectivity));
        upper.CopyFrom(_upper.View, _upperCount);
        GC.KeepAlive(this);
        return new GraphLinks(_connectivity, nodes, lowest, upper, _reserved, _upperCount, _entry);
    }

    /// <summary>Slots on the lowest level: one short of twice, which leaves room for the bias.</summary>
    /// <param name="connectivity">Slots on each upper level.</param>
    /// <returns>The number.</returns>
    public static int LowestSlots(int connectivity) => (2 * connectivity) - 1;

    /// <summary>Slots on an upper level, with those behind that nobody uses.</summary>
    /// <param name="connectivity">Slots that are used.</param>
    /// <returns>The number.</returns>
    public static int PaddedSlots(int connectivity) =>
        (connectivity + SlotGranularity - 1) & -SlotGranularity;

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
        return ViewOf(rows, Count);
    }

    /// <summary>The graph as an insertion sees it: with rows that searches are not shown yet.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="entry">
    /// Where a walk begins, on the highest level; negative when no row is linked.
    /// </param>
    /// <returns>The view; every row that a walk meets has all of its own links.</returns>
    public GraphView BuilderView(VectorRows rows, out int entry)
    {
        entry = Volatile.Read(ref _builderEntry);
        return ViewOf(rows, Reserved);
    }

    /// <summary>Whether searches or insertions begin at a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>True when they do.</returns>
    public bool IsEntry(int row) =>
        row == Volatile.Read(ref _entry) || row == Volatile.Read(ref _builderEntry);

    /// <summary>Makes room for the next row, with free slots only. One caller at a time.</summary>
    /// <param name="level">The highest level that it is on.</param>
    /// <param name="isRemoved">Whether it was deleted already: then it gets no links.</param>
    public void Reserve(int level, bool isRemoved)
    {
        var row = _reserved;
        _nodes.EnsureCapacity(row + 1);
        _lowest.Blocks.EnsureCapacity(row + 1);
        _upper.EnsureCapacity(_upperCount + level);
        *_nodes.View[row] = new GraphNode
        {
            Level = (byte)level,
            UpperStart = _upperCount,
            Parent = NoRow,
            IsRemoved = isRemoved,
        };
        if (isRemoved)
        {
            CountRemoved();
        }

        new Span<int>(_lowest.Links(_lowest.Blocks.View[row]), LowestSlots(_connectivity)).Fill(NoRow);
        for (; level > 0; level--)
        {
            new Span<int>(_upper.View[_upperCount++], _connectivity).Fill(NoRow);
        }

        Volatile.Write(ref _reserved, row + 1);
    }

    /// <summary>How walks score.</summary>
    /// <param name="metric">The metric of the rows.</param>
    /// <returns>The scoring.</returns>
    public RowScoring Scoring(Metric metric) => Volatile.Read(ref _lowest).Scoring(metric);

    /// <summary>Gives a reserved row its code.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="row">The row; nobody else knows it yet.</param>
    /// <returns>How many of its numbers lie outside of what the quantizer has learnt.</returns>
    public int Encode(VectorRows rows, int row) =>
        Volatile.Read(ref _lowest).Encode(row, rows.View().Vectors[row]);

    /// <summary>Counts a row that was removed.</summary>
    public void CountRemoved() => Interlocked.Increment(ref _removedCount);

    /// <summary>Lets insertions begin at a row, which is linked. One caller at a time.</summary>
    /// <param name="row">On a higher level than the entry before.</param>
    public void SetBuilderEntry(int row)
    {
        Root = _builderEntry < 0 ? row : Root;
        Volatile.Write(ref _builderEntry, row);
    }

    /// <summary>
    /// Notes that a row is linked, and shows it to searches once all before it are. One caller at a time.
    /// </summary>
    /// <param name="row">The row, with all of its links.</param>
    public void Publish(int row)
    {
        var nodes = _nodes.View;
        nodes[row]->IsLinked = true;
        while (_count < _reserved && nodes[_count]->IsLinked)
        {
            row = _count;
            Volatile.Write(ref _count, row + 1);
            if (!nodes[row]->IsRemoved && (_entry < 0 || nodes[row]->Level > nodes[_entry]->Level))
            {
                Volatile.Write(ref _entry, row);
            }
        }
    }

    /// <summary>
    /// Gives all rows other codes. Searches may go on with the old ones; no insertion may run.
    /// </summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="quantizer">Makes the codes.</param>
    public void Recode(VectorRows rows, RowQuantizer quantizer)
    {
        var slotCount = LowestSlots(_connectivity);
        var recoded = new RowBlocks(slotCount, quantizer);
        recoded.Blocks.EnsureCapacity(_reserved);
        var (from, to, vectors) = (_lowest.Blocks.View, recoded.Blocks.View, rows.View().Vectors);
        for (var row = 0; row < _reserved; row++)
        {
            var slots = new ReadOnlySpan<int>(_lowest.Links(from[row]), slotCount);
            slots.CopyTo(new Span<int>(recoded.Links(to[row]), slotCount));
            recoded.Encode(row, vectors[row]);
        }

        Volatile.Write(ref _lowest, recoded);
    }

    private GraphView ViewOf(VectorRows rows, int limit)
    {
        var lowest = Volatile.Read(ref _lowest);
        return new GraphView(
            rows.View(),
            _nodes.View,
            lowest,
            lowest.Blocks.View,
            _upper.View,
            limit,
            _connectivity,
            rows.PaddedDimension,
            rows.Metric);
    }
}

/// <summary>The graph as one search sees it, unchecked.</summary>
/// <param name="Rows">The vectors.</param>
/// <param name="Nodes">What is known of each row.</param>
/// <param name="Layout">How a block of the lowest level is laid out.</param>
/// <param name="Lowest">Links on level 0 and codes, by row.</param>
/// <param name="Upper">Slots on the other levels, see <see cref="GraphNode.UpperStart"/>.</param>
/// <param name="Limit">Rows from this number on are passed over.</param>
/// <param name="Connectivity">Slots on each upper level.</param>
/// <param name="Length">Numbers in a vector, with its padding.</param>
/// <param name="Metric">How vectors are compared.</param>
internal readonly unsafe record struct GraphView(
    RowsView Rows,
    BlockView<GraphNode> Nodes,
    RowBlocks Layout,
    BlockView<byte> Lowest,
    BlockView<int> Upper,
    int Limit,
    int Connectivity,
    int Length,
    Metric Metric)
{
    /// <summary>How walks score.</summary>
    public RowScoring Scoring => Layout.Scoring(Metric);

    /// <summary>The slots of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="level">At most the row's.</param>
    /// <returns>Shape [<see cref="SlotCount"/>].</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Slots(int row, int level) =>
        level == 0 ? Layout.Links(Lowest[row]) : Upper[Nodes[row]->UpperStart + level - 1];

    /// <summary>How many slots a row has.</summary>
    /// <param name="level">The level.</param>
    /// <returns>The number.</returns>
    public int SlotCount(int level) => level == 0 ? GraphLinks.LowestSlots(Connectivity) : Connectivity;
}
