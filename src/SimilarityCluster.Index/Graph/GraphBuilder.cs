namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Inserts rows into a graph (paper: algorithms 1 and 4). Thread-safe: each caller brings its own work
/// memory.
/// </summary>
/// <remarks>
/// A row is linked to its neighbours on all levels before the first neighbour links back: so whoever meets a
/// row finds a way on. Two rows that are inserted at the same time miss each other, see <see cref="Meet"/>.
/// </remarks>
/// <param name="rows">The vectors.</param>
/// <param name="links">The graph.</param>
/// <param name="options">Valid.</param>
internal sealed unsafe class GraphBuilder(VectorRows rows, GraphLinks links, HnswOptions options)
{
    /// <summary>The highest level.</summary>
    public const int MaxLevel = 15;

    private readonly int _connectivity = options.Connectivity;
    private readonly int _breadth = options.BuildBreadth;
    private readonly ulong _seed = (ulong)options.Seed;
    private readonly Lock _entry = new();

    /// <summary>
    /// The level of a row. Levels thin out by the connectivity (paper: section 4.1).
    /// </summary>
    /// <param name="row">The row.</param>
    /// <returns>0 and up; the same for the same seed.</returns>
    public int LevelOf(int row)
    {
        // SplitMix64 of seed and row: no state to keep.
        var bits = _seed + (((ulong)row + 1) * 0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
        bits ^= bits >> 31;
        var uniform = ((bits >> 11) + 1) * (1.0 / (1UL << 53));
        return Math.Min(MaxLevel, (int)(-Math.Log(uniform) / Math.Log(_connectivity)));
    }

    /// <summary>Links a row that was reserved.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="row">The row; its code is there.</param>
    /// <param name="scratch">Used by nobody else meanwhile.</param>
    public void Insert<TScorer>(int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var view = links.BuilderView(rows, out var entry);
        int level = view.Nodes[row]->Level;
        if (entry >= 0 && level <= view.Nodes[entry]->Level)
        {
            InsertBelow<TScorer>(view, row, entry, scratch);
            return;
        }

        // Rare: such rows come one by one, so that the entry is always on the highest level.
        lock (_entry)
        {
            view = links.BuilderView(rows, out entry);
            if (entry >= 0)
            {
                InsertBelow<TScorer>(view, row, entry, scratch);
            }

            if (entry < 0 || level > view.Nodes[entry]->Level)
            {
                links.SetBuilderEntry(row);
            }
        }
    }

    /// <summary>
    /// The graph as it is now; taken under a row's lock, it has every row that the row links to.
    /// </summary>
    /// <returns>The view; no row in it counts as deleted.</returns>
    public GraphView LinkView() => WithoutDeletions(links.BuilderView(rows, out _));

    /// <summary>
    /// Links a row with rows that were inserted at the same time, if they are nearer than a neighbour.
    /// </summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="row">The row, linked.</param>
    /// <param name="others">The others, linked.</param>
    /// <param name="scratch">As <see cref="Insert"/> left it.</param>
    public void Meet<TScorer>(int row, ReadOnlySpan<int> others, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        if (row == links.Root)
        {
            return; // It has chosen none; the others have chosen it.
        }

        var view = LinkView();
        var query = TScorer.OfRow(view, row, scratch.Search.Code);
        var farthest = TScorer.Score(view, query, scratch.Neighbours(0)[^1]);
        foreach (var other in others)
        {
            if (!view.Nodes[other]->IsRemoved && TScorer.Score(view, query, other) < farthest)
            {
                Link<TScorer>(row, other, scratch);
                Link<TScorer>(other, row, scratch);
            }
        }
    }

    /// <summary>
    /// Looks for a row's neighbours again, now that all rows are there, and links it with those that it
    /// lacks; on the lowest level only.
    /// </summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="row">The row, linked.</param>
    /// <param name="scratch">Used by nobody else meanwhile.</param>
    public void Improve<TScorer>(int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var view = LinkView();
        var query = TScorer.Load(view, view.Rows.Vectors[row], scratch.Search.Code);
        ChooseNeighbours<TScorer>(view, query, row, 0, row, scratch);
        foreach (var neighbour in scratch.Neighbours(0))
        {
            Link<TScorer>(row, neighbour, scratch);
            Link<TScorer>(neighbour, row, scratch);
        }
    }

    private void Link<TScorer>(int owner, int to, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        using var held = new RowLock(links.BuilderView(rows, out _).Nodes[owner]);
        LinkBack<TScorer>(LinkView(), owner, to, 0, scratch);
    }

    private static GraphView WithoutDeletions(in GraphView view) =>
        view with { Rows = view.Rows with { AnyDeleted = false } };

    private void InsertBelow<TScorer>(GraphView view, int row, int entry, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        // Deleted rows are linked like others: the ways to live rows lead over them.
        view = WithoutDeletions(view);
        var query = TScorer.Load(view, view.Rows.Vectors[row], scratch.Search.Code);
        int top = view.Nodes[entry]->Level;
        var first = Math.Min(view.Nodes[row]->Level, top);
        var nearest = GraphWalk.Descend<TScorer>(view, query, entry, top, first);
        for (var level = first; level >= 0; level--)
        {
            nearest = ChooseNeighbours<TScorer>(view, query, row, level, nearest, scratch);
            scratch.Neighbours(level).CopyTo(new Span<int>(view.Slots(row, level), view.SlotCount(level)));
        }

        // From here on others may meet the row, so its slots may change; what was chosen is in the scratch.
        var parent = Adopt<TScorer>(view, row, scratch);
        for (var level = 0; level <= first; level++)
        {
            foreach (var neighbour in scratch.Neighbours(level))
            {
                if (level > 0 || neighbour != parent)
                {
                    using var held = new RowLock(view.Nodes[neighbour]);
                    LinkBack<TScorer>(LinkView(), neighbour, row, level, scratch);
                }
            }
        }
    }

    /// <summary>Chooses a row's links anew. The row is locked.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The row.</param>
    /// <param name="owner">The row.</param>
    /// <param name="slots">Its slots; links that stay keep theirs, see <see cref="GraphLinks"/>.</param>
    /// <param name="candidates">Scored with the row, ascending, each once.</param>
    /// <param name="staying">Those among them that it keeps in any case; its parent and children.</param>
    /// <param name="scratch">Work memory.</param>
    public static void Rechoose<TScorer>(
        in GraphView view,
        in WalkQuery query,
        int owner,
        Span<int> slots,
        ReadOnlySpan<ulong> candidates,
        ReadOnlySpan<int> staying,
        InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var self = TScorer.Score(view, query, owner);
        var room = scratch.Kept.AsSpan(0, slots.Length);
        var kept = room[..NeighbourChoice.Choose<TScorer>(
            view, self, candidates, staying, room, scratch)];
        var added = 0;
        foreach (ref var slot in slots)
        {
            if (!kept.Contains(slot))
            {
                while (added < kept.Length && slots.Contains(kept[added]))
                {
                    added++;
                }

                Volatile.Write(ref slot, added < kept.Length ? kept[added] : -1);
            }
        }
    }

    /// <summary>A candidate.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="query">The row that chooses.</param>
    /// <param name="row">The candidate.</param>
    /// <returns>Its key.</returns>
    public static ulong KeyOf<TScorer>(in GraphView view, in WalkQuery query, int row)
        where TScorer : struct, IRowScorer =>
        CandidateKey.Of(TScorer.Score(view, query, row), row, isDead: false);

    /// <summary>Gives a row another parent.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="row">Its parent was removed.</param>
    /// <param name="before">The removed parent.</param>
    /// <param name="parent">The next one, or whom to look below; not below the row.</param>
    /// <param name="scratch">Work memory.</param>
    public void Readopt<TScorer>(
        in GraphView view, int row, int before, int parent, InsertScratch scratch)
        where TScorer : struct, IRowScorer =>
        AdoptBelow<TScorer>(view, parent, row, before, scratch);

    // What is chosen is in the scratch afterwards. Returns the nearest row found.
    private int ChooseNeighbours<TScorer>(
        in GraphView view, in WalkQuery query, int row, int level, int start, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var never = default(NeverStop);
        scratch.Search.Begin(view.Limit, Math.Min(_breadth, view.Limit));
        GraphWalk.Seed<TScorer, NoFilter>(view, query, start, default, scratch.Search);
        GraphWalk.Walk<TScorer, NoFilter, NeverStop>(
            view, level, query, default, scratch.Search, ref never);
        scratch.Search.Pool.Remove(row);
        var found = scratch.Search.Pool.Keys;
        // Products have no origin from which they could grow.
        scratch.Growth = view.Metric == Metric.Dot ? 0 : SearchReach.GrowthOf(found, view.Limit);
        var self = TScorer.Score(view, query, row);
        var room = scratch.Kept.AsSpan(0, _connectivity);
        scratch.SetNeighbours(
            level, room[..NeighbourChoice.Choose<TScorer>(view, self, found, [], room, scratch)]);
        return found.IsEmpty ? row : CandidateKey.Row(found[0]);
    }

    // The parent is the nearest neighbour that can take another child, else the first found among its
    // descendants.
    private int Adopt<TScorer>(in GraphView view, int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        foreach (var neighbour in scratch.Neighbours(0))
        {
            if (TryAdopt<TScorer>(view, neighbour, row, scratch))
            {
                return neighbour; // The row links to it already.
            }
        }

        return AdoptBelow<TScorer>(view, scratch.Neighbours(0)[0], row, -1, scratch);
    }

    private int AdoptBelow<TScorer>(
        GraphView view, int parent, int row, int before, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        while (!TryAdopt<TScorer>(view, parent, row, scratch))
        {
            view = LinkView(); // Others insert meanwhile: the children may be newer than the view.
            parent = FirstChild(view, parent);
            parent = parent < 0 ? links.Root : parent; // It was removed meanwhile; the root never is.
        }

        using var held = new RowLock(view.Nodes[row]);
        view = LinkView();
        var slots = new Span<int>(view.Slots(row, 0), view.SlotCount(0));
        var place = slots.IndexOf(before);
        if (place >= 0)
        {
            Volatile.Write(ref slots[place], slots.Contains(parent) ? -1 : parent);
        }
        else
        {
            LinkBack<TScorer>(view, row, parent, 0, scratch);
        }

        return parent;
    }

    // A full parent has children, and keeps the links to them.
    private static int FirstChild(in GraphView view, int parent)
    {
        foreach (var link in new ReadOnlySpan<int>(view.Slots(parent, 0), view.SlotCount(0)))
        {
            if ((uint)link < (uint)view.Limit && view.Nodes[link]->Parent == parent)
            {
                return link;
            }
        }

        return -1;
    }

    private bool TryAdopt<TScorer>(in GraphView view, int parent, int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var node = view.Nodes[parent];
        using var held = new RowLock(node);
        if (node->ChildCount == _connectivity || node->IsRemoved)
        {
            return false;
        }

        node->ChildCount++;
        view.Nodes[row]->Parent = parent;
        LinkBack<TScorer>(LinkView(), parent, row, 0, scratch);
        return true;
    }

    // The owner is locked.
    private static void LinkBack<TScorer>(
        in GraphView view, int owner, int row, int level, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var slots = new Span<int>(view.Slots(owner, level), view.SlotCount(level));
        if (slots.Contains(row))
        {
            return; // Repair may have met the row meanwhile.
        }

        var free = slots.IndexOf(-1);
        if (free >= 0)
        {
            Volatile.Write(ref slots[free], row);
        }
        else
        {
            Replace<TScorer>(view, owner, slots, row, level, scratch);
        }
    }

    // The owner is locked.
    private static void Replace<TScorer>(
        in GraphView view, int owner, Span<int> slots, int row, int level, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var query = TScorer.OfRow(view, owner, scratch.Owner);
        var candidates = scratch.Candidates.AsSpan(0, slots.Length + 1);
        foreach (var slot in slots)
        {
            TScorer.Prefetch(view, slot);
        }

        for (var slot = 0; slot < slots.Length; slot++)
        {
            candidates[slot] = KeyOf<TScorer>(view, query, slots[slot]);
        }

        candidates[^1] = KeyOf<TScorer>(view, query, row);
        candidates.Sort();
        var staying = level == 0 ? TreeLinks(view, owner, candidates, scratch.Staying) : [];
        Rechoose<TScorer>(view, query, owner, slots, candidates, staying, scratch);
    }

    private static ReadOnlySpan<int> TreeLinks(
        in GraphView view, int owner, ReadOnlySpan<ulong> candidates, Span<int> found)
    {
        var (count, parent) = (0, view.Nodes[owner]->Parent); // Once: repair may give it another meanwhile.
        foreach (var key in candidates)
        {
            var row = CandidateKey.Row(key);
            if (row == parent || view.Nodes[row]->Parent == owner)
            {
                found[count++] = row;
            }
        }

        return found[..count];
    }
}
