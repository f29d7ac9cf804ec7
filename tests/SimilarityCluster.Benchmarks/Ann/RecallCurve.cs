using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>
/// An engine's recall by search breadth: a built index answers the same always, so each breadth is asked
/// once, with all queries.
/// </summary>
/// <param name="engine">The engine, built.</param>
/// <param name="set">The queries.</param>
/// <param name="exact">Their neighbours.</param>
internal sealed class RecallCurve(IAnnEngine engine, VectorSet set, GroundTruth exact)
{
    private const int MaxBreadth = 8_192;

    // A step of half as much breadth again that leaves more than this share of the misses leads nowhere.
    private const double Stalled = 0.97;

    private readonly int[] _rows = new int[set.QueryCount * GroundTruth.Limit];

    /// <summary>The engine.</summary>
    public IAnnEngine Engine => engine;

    /// <summary>All points measured, by breadth.</summary>
    public SortedDictionary<int, RecallPoint> Points { get; } = [];

    /// <summary>Measures two neighbouring breadths with a recall between them.</summary>
    /// <param name="target">The recall.</param>
    /// <returns>
    /// The points below and at or above; null when the smallest breadth gives more, or none as much.
    /// </returns>
    public Bracket? Find(double target)
    {
        var low = At(GroundTruth.Limit);
        if (low.Recall >= target)
        {
            return null;
        }

        var high = low;
        while (high.Recall < target)
        {
            low = high;
            if (low.Breadth * 3 / 2 > MaxBreadth)
            {
                return null;
            }

            high = At(low.Breadth * 3 / 2);
            if (high.Recall < target && 1 - high.Recall > Stalled * (1 - low.Recall))
            {
                return null;
            }
        }

        while (high.Breadth - low.Breadth > Math.Max(1, low.Breadth / 16))
        {
            var middle = At((low.Breadth + high.Breadth) / 2);
            (low, high) = middle.Recall < target ? (middle, high) : (low, middle);
        }

        return new Bracket(target, low, high);
    }

    private RecallPoint At(int breadth)
    {
        if (!Points.TryGetValue(breadth, out var point))
        {
            var cost = Cost.OfThread(() => engine.SearchEach(set.Queries, breadth, _rows));
            point = new RecallPoint(
                breadth,
                exact.Recall(_rows),
                set.QueryCount / cost.WallSeconds,
                set.QueryCount / cost.CpuSeconds);
            Points.Add(breadth, point);
        }

        return point;
    }
}
