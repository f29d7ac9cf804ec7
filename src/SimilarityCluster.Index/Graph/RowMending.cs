using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Frees rows of their links to removed rows, and finds others for those that have lost many. One caller at
/// a time.
/// </summary>
/// <remarks>
/// Rows that are inserted bring links to their neighbours, so that a row which lost a few need not look for
/// others itself. One that has only four fifths of its links left does so, as if it were inserted: what is
/// near it is found by a walk, for neighbours of removed rows are rarely its own nearest ones. It keeps the
/// links that stay; those that are new go both ways where there is room.
/// </remarks>
/// <param name="rows">The vectors.</param>
/// <param name="links">The graph.</param>
/// <param name="builder">Links rows.</param>
/// <param name="breadth">Live rows kept while neighbours are looked for, 1 and up.</param>
internal sealed unsafe class RowMending(VectorRows rows, GraphLinks links, GraphBuilder builder, int breadth)
{
    private const int LostShare = 5;

    private readonly List<ulong> _candidates = [];
    private readonly List<int> _added = [];

    /// <summary>Mends a row on all of its levels, when it has links to removed rows.</summary>
    /// <typeparam name="TScorer">What is compared.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="row">The row, with all of its links.</param>
    /// <param name="scratch">Work memory.</param>
    public void Mend<TScorer>(in GraphView view, int row, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var node = view.Nodes[row];
        if (node->IsRemoved)
        {
            return;
        }

        for (var level = 0; level <= node->Level; level++)
        {
            var (stayingCount, lostCount) = CountLinks(view, row, level);
            if (lostCount == 0)
            {
                continue;
            }

            if (IsSearchDue(node, level, stayingCount, lostCount))
            {
                Relink<TScorer>(view, row, level, scratch);
            }
            else
            {
                Unlink(view, row, level);
            }
        }
    }

    private static (int Staying, int Lost) CountLinks(in GraphView view, int row, int level)
    {
        var (staying, lost) = (0, 0);
        foreach (var link in new ReadOnlySpan<int>(view.Slots(row, level), view.SlotCount(level)))
        {
            if ((uint)link < (uint)view.Limit)
            {
                var isLost = view.Nodes[link]->IsRemoved;
                lost += isLost ? 1 : 0;
                staying += isLost ? 0 : 1;
            }
        }

        return (staying, lost);
    }

    // On the upper levels always: few rows are there, and few links lead to each.
    private static bool IsSearchDue(GraphNode* node, int level, int stayingCount, int lostCount)
    {
        if (level > 0)
        {
            return true;
        }

        // Losses of earlier sweeps count, too, unless other rows have made up for them.
        var most = Math.Max(node->MostLinks, stayingCount + lostCount);
        var isDue = (most - stayingCount) * LostShare >= most;
        node->MostLinks = isDue ? (byte)0 : (byte)most;
        return isDue;
    }

    private void Unlink(in GraphView view, int row, int level)
    {
        using var held = new RowLock(view.Nodes[row]);
        var now = builder.LinkView();
        foreach (ref var slot in new Span<int>(now.Slots(row, level), now.SlotCount(level)))
        {
            if (slot >= 0 && now.Nodes[slot]->IsRemoved)
            {
                Volatile.Write(ref slot, -1);
            }
        }
    }

    private void Relink<TScorer>(in GraphView view, int row, int level, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        Search<TScorer>(row, level, scratch);
        _added.Clear();
        using (new RowLock(view.Nodes[row]))
        {
            var now = builder.LinkView();
            var query = TScorer.OfRow(now, row, scratch.Owner);
            var slots = new Span<int>(now.Slots(row, level), now.SlotCount(level));
            var staying = GatherCandidates<TScorer>(now, query, row, slots, scratch);
            var candidates = CollectionsMarshal.AsSpan(_candidates);
            GraphBuilder.Rechoose<TScorer>(now, query, row, slots, candidates, staying, scratch);
            foreach (var link in slots)
            {
                if (link >= 0 && !staying.Contains(link))
                {
                    _added.Add(link);
                }
            }
        }

        foreach (var neighbour in _added)
        {
            LinkBack(neighbour, row, level);
        }
    }

    // The ways lead over removed rows, too, but only live ones fill the breadth.
    private void Search<TScorer>(int row, int level, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        var never = default(NeverStop);
        var view = links.BuilderView(rows, out _);
        var query = TScorer.OfRow(view, row, scratch.Owner);
        scratch.Search.Begin(view.Limit, Math.Min(breadth, view.Limit));
        GraphWalk.Seed<TScorer, NoFilter>(view, query, row, default, scratch.Search);
        GraphWalk.Walk<TScorer, NoFilter, NeverStop>(
            view, level, query, default, scratch.Search, ref never);
    }

    // The neighbours that stay, which are returned, and what the search has found.
    private ReadOnlySpan<int> GatherCandidates<TScorer>(
        in GraphView view, in WalkQuery query, int row, ReadOnlySpan<int> slots, InsertScratch scratch)
        where TScorer : struct, IRowScorer
    {
        _candidates.Clear();
        foreach (var link in slots)
        {
            if (link >= 0 && !view.Nodes[link]->IsRemoved)
            {
                scratch.Staying[_candidates.Count] = link;
                _candidates.Add(GraphBuilder.KeyOf<TScorer>(view, query, link));
            }
        }

        var staying = scratch.Staying.AsSpan(0, _candidates.Count);
        foreach (var key in scratch.Search.Pool.Keys)
        {
            var found = CandidateKey.Row(key);
            if (found != row && !CandidateKey.IsDead(key) && !staying.Contains(found))
            {
                _candidates.Add(key & ~CandidateKey.Expanded);
            }
        }

        _candidates.Sort();
        return staying;
    }

    // Where there is room: to choose anew would cost the other row links that it needs.
    private void LinkBack(int neighbour, int row, int level)
    {
        using var held = new RowLock(builder.LinkView().Nodes[neighbour]);
        var view = builder.LinkView();
        var slots = new Span<int>(view.Slots(neighbour, level), view.SlotCount(level));
        var free = slots.IndexOf(-1);
        if (free >= 0 && !slots.Contains(row))
        {
            Volatile.Write(ref slots[free], row);
        }
    }
}
