namespace SimilarityCluster.Index.Graph;

/// <summary>Says what is wrong with a graph. No insertion or repair may run meanwhile.</summary>
/// <remarks>
/// A whole graph: links lead to other rows of the graph that are on the level, each once; rows that were not
/// removed link to none that was, once a repair is over; parents and children know each other and make one
/// tree of all rows but the removed; every such row can be reached from every other one on the lowest level.
/// </remarks>
internal static unsafe class GraphValidator
{
    private const int MostFaults = 20;

    /// <summary>Looks at every row.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="entry">Where walks begin.</param>
    /// <param name="isRepaired">Whether no link to a removed row may be left.</param>
    /// <returns>The first faults, each naming its row; empty when the graph is whole.</returns>
    public static IReadOnlyList<string> Faults(in GraphView view, int entry, bool isRepaired)
    {
        List<string> faults = [];
        var (live, root) = (0, -1);
        for (var row = 0; row < view.Limit && faults.Count < MostFaults; row++)
        {
            var node = view.Nodes[row];
            if (node->IsRemoved)
            {
                continue;
            }

            live++;
            for (var level = 0; level <= node->Level; level++)
            {
                CheckLinks(view, row, level, isRepaired, faults);
            }

            CheckTree(view, row, faults);
            if (node->Parent < 0)
            {
                Expect(root < 0, $"Rows {root} and {row} have no parent.", faults);
                root = row;
            }

            Expect(
                entry >= 0 && node->Level <= view.Nodes[entry]->Level,
                $"Row {row} is above the entry {entry}.",
                faults);
        }

        if (faults.Count == 0 && live > 0)
        {
            CheckReachable(view, entry, live, faults);
            CheckReachable(view, root, live, faults);
        }

        return faults;
    }

    private static void CheckLinks(
        in GraphView view, int row, int level, bool isRepaired, List<string> faults)
    {
        HashSet<int> met = [];
        foreach (var link in new ReadOnlySpan<int>(view.Slots(row, level), view.SlotCount(level)))
        {
            if (link == -1)
            {
                continue;
            }

            var name = $"Row {row}'s link to {link} on level {level}";
            if ((uint)link >= (uint)view.Limit || link == row)
            {
                faults.Add($"{name} leads nowhere.");
                continue;
            }

            Expect(met.Add(link), $"{name} is there twice.", faults);
            Expect(view.Nodes[link]->Level >= level, $"{name} is above that row.", faults);
            Expect(!isRepaired || !view.Nodes[link]->IsRemoved, $"{name} leads to a removed row.", faults);
        }
    }

    private static void CheckTree(in GraphView view, int row, List<string> faults)
    {
        var (parent, children) = (view.Nodes[row]->Parent, 0);
        var slots = new ReadOnlySpan<int>(view.Slots(row, 0), view.SlotCount(0));
        foreach (var link in slots)
        {
            children += (uint)link < (uint)view.Limit && view.Nodes[link]->Parent == row ? 1 : 0;
        }

        var counted = view.Nodes[row]->ChildCount;
        Expect(counted == children, $"Row {row} counts {counted} children and links to {children}.", faults);
        Expect(children <= view.Connectivity, $"Row {row} has {children} children.", faults);
        Expect(parent < 0 || slots.Contains(parent), $"Row {row} lost its parent {parent}.", faults);
    }

    private static void CheckReachable(in GraphView view, int start, int live, List<string> faults)
    {
        var met = new bool[view.Limit];
        var waiting = new Stack<int>([start]);
        met[start] = true;
        var count = 0;
        while (waiting.TryPop(out var row))
        {
            count += view.Nodes[row]->IsRemoved ? 0 : 1;
            foreach (var link in new ReadOnlySpan<int>(view.Slots(row, 0), view.SlotCount(0)))
            {
                if (link >= 0 && !met[link])
                {
                    met[link] = true;
                    waiting.Push(link);
                }
            }
        }

        Expect(count == live, $"From row {start} {count} of {live} rows can be reached.", faults);
    }

    private static void Expect(bool isSo, string fault, List<string> faults)
    {
        if (!isSo)
        {
            faults.Add(fault);
        }
    }
}
