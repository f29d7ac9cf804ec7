namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Takes deleted rows out of a graph, in small steps beside searches and insertions. One caller at a
/// time.
/// </summary>
/// <remarks>
/// A sweep goes over the rows twice. First each deleted row loses its place in the tree of parents: its
/// children go to near rows, or to its parent, or below these. Then every row gives up its links to such
/// rows, see <see cref="RowMending"/>. Afterwards no walk meets them. The root of the tree and the entry
/// stay.
/// </remarks>
/// <param name="rows">The vectors.</param>
/// <param name="links">The graph.</param>
/// <param name="builder">Links rows.</param>
/// <param name="mending">Mends rows.</param>
internal sealed unsafe class GraphRepair(
    VectorRows rows, GraphLinks links, GraphBuilder builder, RowMending mending)
{
    // Rows that come in random order rarely make deeper trees; see MayBeBelow.
    private const int MostSteps = 64;

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
                mending.Mend<TScorer>(view, _next, scratch);
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
            var next = NextParent<TScorer>(orphan, parent, scratch);
            builder.Readopt<TScorer>(view, orphan, row, next, scratch);
        }

        node->ChildCount = 0;
        links.CountRemoved();
    }

    // The nearest neighbour that stays and is not below the orphan: links to far parents lead walks astray.
    private int NextParent<TScorer>(int orphan, int otherwise, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var view = builder.LinkView();
        var query = TScorer.OfRow(view, orphan, scratch.Owner);
        var (parent, nearest) = (otherwise, float.PositiveInfinity);
        foreach (var link in new ReadOnlySpan<int>(view.Slots(orphan, 0), view.SlotCount(0)))
        {
            if ((uint)link >= (uint)view.Limit || rows.IsDeleted(link))
            {
                continue;
            }

            var score = TScorer.Score(view, query, link);
            if (score < nearest && !MayBeBelow(view, link, orphan))
            {
                (parent, nearest) = (link, score);
            }
        }

        return parent;
    }

    // Parents that are newer than the view are unknown, and rows inserted in order may make long chains.
    private static bool MayBeBelow(in GraphView view, int row, int ancestor)
    {
        for (var step = 0; step < MostSteps && row < view.Limit; step++)
        {
            if (row < 0)
            {
                return false;
            }

            if (row == ancestor)
            {
                return true;
            }

            row = view.Nodes[row]->Parent;
        }

        return true;
    }
}
