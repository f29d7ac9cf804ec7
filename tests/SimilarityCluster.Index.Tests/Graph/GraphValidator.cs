using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Tests.Graph;

/// <summary>Checks that a graph is whole. No insertion may run meanwhile.</summary>
internal static class GraphValidator
{
    /// <summary>Fails, naming the row, when a link or a way is missing or wrong.</summary>
    public static unsafe void AssertWhole(HnswGraph graph, VectorRows rows)
    {
        var view = graph.Links.View(rows, out var entry);
        Assert.Equal(graph.Count, view.Limit);
        Assert.Equal(graph.Count == 0, entry < 0);
        for (var row = 0; row < graph.Count; row++)
        {
            Assert.True(view.Nodes[row]->Level <= view.Nodes[entry]->Level, $"Row {row} is above the entry.");
            for (var level = 0; level <= view.Nodes[row]->Level; level++)
            {
                AssertLinks(view, row, level);
            }

            AssertTree(view, row);
        }

        foreach (var start in new[] { 0, entry, graph.Count - 1 })
        {
            Assert.Equal(graph.Count, CountReachable(view, start));
        }

        GC.KeepAlive(graph);
        GC.KeepAlive(rows);
    }

    /// <summary>The links of a row; a free slot is negative.</summary>
    public static unsafe int[] Slots(in GraphView view, int row, int level) =>
        new ReadOnlySpan<int>(view.Slots(row, level), view.SlotCount(level)).ToArray();

    private static unsafe void AssertLinks(in GraphView view, int row, int level)
    {
        var links = Slots(view, row, level).Where(link => link != -1).ToArray();
        Assert.Equal(links.Length, links.Distinct().Count());
        foreach (var link in links)
        {
            Assert.InRange(link, 0, view.Limit - 1);
            Assert.NotEqual(row, link);
            Assert.True(view.Nodes[link]->Level >= level, $"Row {row} links to {link} below level {level}.");
        }
    }

    private static unsafe void AssertTree(in GraphView view, int row)
    {
        var (parent, children) = (view.Nodes[row]->Parent, 0);
        foreach (var link in Slots(view, row, 0).Where(link => link >= 0))
        {
            children += view.Nodes[link]->Parent == row ? 1 : 0;
        }

        Assert.Equal(view.Nodes[row]->ChildCount, children);
        Assert.InRange(children, 0, view.Connectivity);
        Assert.Equal(row == 0, parent < 0);
        Assert.True(row == 0 || Slots(view, row, 0).Contains(parent), $"Row {row} lost its parent {parent}.");
    }

    private static int CountReachable(in GraphView view, int start)
    {
        var met = new bool[view.Limit];
        var waiting = new Stack<int>([start]);
        met[start] = true;
        while (waiting.TryPop(out var row))
        {
            foreach (var link in Slots(view, row, 0).Where(link => link >= 0 && !met[link]))
            {
                met[link] = true;
                waiting.Push(link);
            }
        }

        return met.Count(isMet => isMet);
    }
}
