using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>Inserts rows into a graph (paper: algorithms 1 and 4). One caller at a time.</summary>
internal sealed unsafe class GraphBuilder
{
    private const int MaxLevel = 15;

    private readonly VectorRows _rows;
    private readonly GraphLinks _links;
    private readonly SearchScratch _scratch;
    private readonly int _connectivity;
    private readonly int _breadth;
    private readonly ulong _seed;
    private readonly ulong[] _candidates;
    private readonly int[] _chosen;
    private readonly int[] _kept;

    /// <summary>Begins with an empty graph.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="links">The graph.</param>
    /// <param name="options">Valid.</param>
    public GraphBuilder(VectorRows rows, GraphLinks links, HnswOptions options)
    {
        (_rows, _links, _connectivity) = (rows, links, options.Connectivity);
        (_breadth, _seed) = (options.BuildBreadth, (ulong)options.Seed);
        _scratch = new SearchScratch(rows, _connectivity);
        _candidates = new ulong[(2 * _connectivity) + 1];
        _chosen = new int[_connectivity];
        _kept = new int[2 * _connectivity];
    }

    /// <summary>Inserts the next row and shows it to searches.</summary>
    /// <typeparam name="TMetric">The metric of the rows.</typeparam>
    /// <param name="row">The row.</param>
    public void Insert<TMetric>(int row)
        where TMetric : struct, IMetric
    {
        var level = LevelOf(row);
        _links.Reserve(row, level);
        var view = _links.View(_rows, out var entry);

        // Deleted rows are linked like others: the ways to live rows lead over them.
        view = view with { Rows = view.Rows with { AnyDeleted = false } };
        var top = entry < 0 ? -1 : view.Nodes[entry]->Level;
        if (entry >= 0)
        {
            var vector = view.Rows.Vectors[row];
            var nearest = GraphWalk.Descend<TMetric>(view, vector, entry, top, Math.Min(level, top));
            for (var current = Math.Min(level, top); current >= 0; current--)
            {
                nearest = ConnectOn<TMetric>(view, row, vector, current, nearest);
            }
        }

        _links.Publish(row, level > top);
    }

    private int ConnectOn<TMetric>(in GraphView view, int row, float* vector, int level, int start)
        where TMetric : struct, IMetric
    {
        var never = default(NeverStop);
        _scratch.Begin(view.Limit, Math.Min(_breadth, view.Limit));
        GraphWalk.Seed<TMetric>(view, vector, start, _scratch);
        GraphWalk.Walk<TMetric, NeverStop>(view, level, vector, _scratch, ref never);
        var found = _scratch.Pool.Keys;
        var chosen = _chosen.AsSpan(0, Choose<TMetric>(view, vector, found, _chosen, owner: -1));
        var slots = view.Slots(row, level);
        chosen.CopyTo(new Span<int>(slots, view.SlotCount(level)));
        if (level == 0)
        {
            var parent = Adopt(view, row, chosen);
            if (!chosen.Contains(parent))
            {
                slots[chosen.Length] = parent; // There is room: a new row fills half of its slots.
                LinkBack<TMetric>(view, parent, row, level);
            }
        }

        foreach (var neighbour in chosen)
        {
            LinkBack<TMetric>(view, neighbour, row, level);
        }

        return CandidateKey.Row(found[0]);
    }

    // The parent is the nearest neighbour that can take another child, else the first found among its
    // descendants.
    private int Adopt(in GraphView view, int row, ReadOnlySpan<int> neighbours)
    {
        var parent = neighbours[0];
        foreach (var neighbour in neighbours)
        {
            if (view.Nodes[neighbour]->ChildCount < _connectivity)
            {
                parent = neighbour;
                break;
            }
        }

        while (view.Nodes[parent]->ChildCount == _connectivity)
        {
            var slots = view.Slots(parent, 0);
            var slot = 0;
            while (slots[slot] < 0 || view.Nodes[slots[slot]]->Parent != parent)
            {
                slot++; // A full parent has children, and keeps the links to them.
            }

            parent = slots[slot];
        }

        view.Nodes[row]->Parent = parent;
        view.Nodes[parent]->ChildCount++;
        return parent;
    }

    private void LinkBack<TMetric>(in GraphView view, int owner, int row, int level)
        where TMetric : struct, IMetric
    {
        var slots = new Span<int>(view.Slots(owner, level), view.SlotCount(level));
        var free = slots.IndexOf(-1);
        if (free >= 0)
        {
            Volatile.Write(ref slots[free], row);
        }
        else
        {
            Replace<TMetric>(view, owner, slots, row, level);
        }
    }

    // Chooses anew among the owner's links and one more. Those that stay keep their slots, see GraphLinks.
    private void Replace<TMetric>(in GraphView view, int owner, Span<int> slots, int row, int level)
        where TMetric : struct, IMetric
    {
        var vector = view.Rows.Vectors[owner];
        var candidates = _candidates.AsSpan(0, slots.Length + 1);
        for (var slot = 0; slot < slots.Length; slot++)
        {
            candidates[slot] = KeyOf<TMetric>(view, vector, slots[slot]);
        }

        candidates[^1] = KeyOf<TMetric>(view, vector, row);
        candidates.Sort();
        var keptSlots = _kept.AsSpan(0, slots.Length);
        var kept = keptSlots[..Choose<TMetric>(view, vector, candidates, keptSlots, level == 0 ? owner : -1)];
        var replacement = kept.Contains(row) ? row : -1;
        foreach (ref var slot in slots)
        {
            if (!kept.Contains(slot))
            {
                Volatile.Write(ref slot, replacement);
                replacement = -1;
            }
        }
    }

    private static ulong KeyOf<TMetric>(in GraphView view, float* vector, int row)
        where TMetric : struct, IMetric =>
        CandidateKey.Of(TMetric.Score(vector, view.Rows.Vectors[row], view.Length), row, isDead: false);

    // Algorithm 4: a candidate is taken when it is nearer to the base than to every one taken before, so that
    // links lead in many directions. Two additions: the owner's links to its parent and children are always
    // taken, and at most a quarter are copies of the base, which would otherwise keep a group of copies to
    // itself.
    private static int Choose<TMetric>(
        in GraphView view, float* vector, ReadOnlySpan<ulong> candidates, Span<int> chosen, int owner)
        where TMetric : struct, IMetric
    {
        var (count, copies) = (0, chosen.Length / 4);
        var free = chosen.Length - CountTreeLinks(view, owner, candidates);
        var self = TMetric.Score(vector, vector, view.Length);
        foreach (var key in candidates)
        {
            var (row, score) = (CandidateKey.Row(key), CandidateKey.Score(key));
            if (!IsTreeLink(view, owner, row))
            {
                if (free == 0
                    || (score == self && copies-- <= 0)
                    || IsCovered<TMetric>(view, row, score, chosen[..count]))
                {
                    continue;
                }

                free--;
            }

            chosen[count++] = row;
            if (count == chosen.Length)
            {
                break;
            }
        }

        return count;
    }

    private static bool IsCovered<TMetric>(in GraphView view, int row, float score, ReadOnlySpan<int> chosen)
        where TMetric : struct, IMetric
    {
        var vector = view.Rows.Vectors[row];
        foreach (var other in chosen)
        {
            if (TMetric.Score(vector, view.Rows.Vectors[other], view.Length) < score)
            {
                return true;
            }
        }

        return false;
    }

    private static int CountTreeLinks(in GraphView view, int owner, ReadOnlySpan<ulong> candidates)
    {
        var count = 0;
        if (owner >= 0)
        {
            foreach (var key in candidates)
            {
                count += IsTreeLink(view, owner, CandidateKey.Row(key)) ? 1 : 0;
            }
        }

        return count;
    }

    private static bool IsTreeLink(in GraphView view, int owner, int row) =>
        owner >= 0 && (view.Nodes[row]->Parent == owner || view.Nodes[owner]->Parent == row);

    // Levels thin out by the connectivity (paper: section 4.1). SplitMix64 of seed and row: no state to keep.
    private int LevelOf(int row)
    {
        var bits = _seed + (((ulong)row + 1) * 0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
        bits ^= bits >> 31;
        var uniform = ((bits >> 11) + 1) * (1.0 / (1UL << 53));
        return Math.Min(MaxLevel, (int)(-Math.Log(uniform) / Math.Log(_connectivity)));
    }
}
