using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Sealing;

/// <summary>An order of rows in which those that walks meet together are near each other.</summary>
internal static class WalkOrder
{
    /// <summary>Orders the rows of a graph, breadth first from where searches begin.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="entry">Where searches begin; negative without rows.</param>
    /// <returns>The rows that were not removed, each once.</returns>
    public static unsafe int[] Of(in GraphView view, int entry)
    {
        var order = new List<int>(view.Limit);
        if (entry < 0)
        {
            return [];
        }

        var isMet = new bool[view.Limit];
        isMet[entry] = true;
        order.Add(entry);
        for (var next = 0; next < order.Count; next++)
        {
            foreach (var link in new ReadOnlySpan<int>(view.Slots(order[next], 0), view.SlotCount(0)))
            {
                if ((uint)link < (uint)view.Limit && !isMet[link] && !view.Nodes[link]->IsRemoved)
                {
                    isMet[link] = true;
                    order.Add(link);
                }
            }
        }

        return [.. order];
    }
}
