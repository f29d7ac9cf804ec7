using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Takes deleted rows out of a graph, in small steps beside searches and insertions. One caller at a
/// time.
/// </summary>
/// <remarks>
/// A sweep goes over the rows twice. First each deleted row loses its place in the tree of parents: its
/// children go to its parent, or below it. Then every row with links to such rows chooses anew among its
/// other neighbours and theirs. Afterwards no walk meets them. The root of the tree and the entry stay.
/// Source: Singh et al., "FreshDiskANN", 2021, algorithm 4.
/// </remarks>
/// <param name="rows">The vectors.</param>
/// <param name="links">The graph.</param>
/// <param name="builder">Links rows.</param>
internal sealed unsafe class GraphRepair(VectorRows rows, GraphLinks links, GraphBuilder builder)
{
    private readonly List<ulong> _candidates = [];
    private readonly List<int> _orphans = [];
    private int _end;
    private int _next;
    private bool _isMending;
    private int _mendedEnd;
    private int _mendedRemoved;

    /// <summary>Goes on with the sweep, or begins one.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="count">Rows to look at.</param>
    /// <param name="scratch">Work memory.</param>
    /// <returns>False when the sweep is over.</returns>
    public bool Run<TScorer>(int count, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        if (_next == 0 && !_isMending)
        {
            _end = links.Count;
        }

        var view = builder.LinkView();
        for (; count > 0 && _next < _end; count--, _next++)
        {
            if (_isMending)
            {
                Mend<TScorer>(view, _next, scratch);
            }
            else if (rows.IsDeleted(_next) && !links.IsEntry(_next))
            {
                Remove<TScorer>(view, _next, scratch);
            }
        }

        if (_next < _end)
        {
            return true;
        }

        // A row that was inserted beside the last sweep may have chosen one that the sweep removed.
        var removed = links.RemovedCount;
        _isMending = !_isMending && removed > 0 && (removed > _mendedRemoved || _end > _mendedEnd);
        (_next, _mendedEnd, _mendedRemoved) = (0, _end, removed);
        return _isMending;
    }

    private void Remove<TScorer>(in GraphView view, int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var node = view.Nodes[row];
        if (node->IsRemoved || node->Parent < 0)
        {
            return;
        }

        _orphans.Clear();
        using (new RowLock(node))
        {
            node->IsRemoved = true; // From here on nobody becomes its child.
            var now = builder.LinkView();
            foreach (var link in new ReadOnlySpan<int>(now.Slots(row, 0), now.SlotCount(0)))
            {
                if (link >= 0 && now.Nodes[link]->Parent == row)
                {
                    _orphans.Add(link);
                }
            }
        }

        // The parent is not below the row, so nobody below the parent is below an orphan.
        var parent = node->Parent;
        using (new RowLock(view.Nodes[parent]))
        {
            view.Nodes[parent]->ChildCount--;
            node->Parent = -1;
        }

        foreach (var orphan in _orphans)
        {
            builder.Readopt<TScorer>(view, orphan, row, parent, scratch);
        }

        node->ChildCount = 0;
        links.CountRemoved();
    }

    private void Mend<TScorer>(in GraphView view, int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var node = view.Nodes[row];
        if (node->IsRemoved)
        {
            return;
        }

        for (var level = 0; level <= node->Level; level++)
        {
            var slots = new Span<int>(view.Slots(row, level), view.SlotCount(level));
            if (!LinksToRemoved(view, slots))
            {
                continue;
            }

            using var held = new RowLock(node);
            var now = builder.LinkView();
            var query = TScorer.OfRow(now, row, scratch.Owner);
            GatherCandidates<TScorer>(now, query, row, slots, level);
            var candidates = CollectionsMarshal.AsSpan(_candidates);
            GraphBuilder.Rechoose<TScorer>(now, query, row, slots, candidates, level, scratch);
        }
    }

    private static bool LinksToRemoved(in GraphView view, ReadOnlySpan<int> slots)
    {
        foreach (var link in slots)
        {
            if ((uint)link < (uint)view.Limit && view.Nodes[link]->IsRemoved)
            {
                return true;
            }
        }

        return false;
    }

    // The neighbours that stay, and those of the neighbours that go.
    private void GatherCandidates<TScorer>(
        in GraphView view, in WalkQuery query, int row, ReadOnlySpan<int> slots, int level)
        where TScorer : struct, IRowScorer
    {
        _candidates.Clear();
        foreach (var link in slots)
        {
            if (link < 0)
            {
                continue;
            }

            if (!view.Nodes[link]->IsRemoved)
            {
                Add(view, query, link);
                continue;
            }

            foreach (var next in new ReadOnlySpan<int>(view.Slots(link, level), slots.Length))
            {
                if ((uint)next < (uint)view.Limit && next != row && !view.Nodes[next]->IsRemoved)
                {
                    Add(view, query, next);
                }
            }
        }

        _candidates.Sort();
        RemoveTwins(_candidates);

        void Add(in GraphView of, in WalkQuery to, int candidate) =>
            _candidates.Add(CandidateKey.Of(TScorer.Score(of, to, candidate), candidate, isDead: false));
    }

    private static void RemoveTwins(List<ulong> sorted)
    {
        var kept = 0;
        for (var index = 0; index < sorted.Count; index++)
        {
            if (index == 0 || sorted[index] != sorted[kept - 1])
            {
                sorted[kept++] = sorted[index];
            }
        }

        sorted.RemoveRange(kept, sorted.Count - kept);
    }
}
