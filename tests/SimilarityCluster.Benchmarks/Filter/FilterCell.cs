using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>One selectivity of one kind of set: each query with its filter, in each way.</summary>
/// <param name="index">What is searched.</param>
/// <param name="sets">The filter of each query.</param>
internal sealed class FilterCell(FilterIndex index, RowSet[] sets)
{
    private const int MostBreadth = 4_096;
    private const double LeastSeconds = 0.1;

    // A step of half as much breadth again that leaves more than this share of the misses leads nowhere.
    private const double Stalled = 0.97;

    private readonly RowHit[] _hits = new RowHit[GroundTruth.Limit];
    private readonly float[] _farthest = new float[sets.Length];
    private readonly int[] _wanted = new int[sets.Length];

    /// <summary>A way to search.</summary>
    /// <param name="query">The query's number.</param>
    /// <param name="members">Its filter.</param>
    /// <param name="hits">Receives the hits.</param>
    /// <returns>How many there are.</returns>
    public delegate int Way(int query, RowSet members, Span<RowHit> hits);

    /// <summary>Finds the exact answers.</summary>
    public void FindExact()
    {
        for (var query = 0; query < sets.Length; query++)
        {
            _wanted[query] = index.Exact(query, sets[query], _hits);
            _farthest[query] = _wanted[query] == 0
                ? float.NegativeInfinity
                : _hits[_wanted[query] - 1].Distance;
        }
    }

    /// <summary>The share of the exact answers that a way finds; as near as the last one counts.</summary>
    /// <param name="way">The way.</param>
    /// <returns>0 to 1.</returns>
    public double Recall(Way way)
    {
        var right = 0;
        for (var query = 0; query < sets.Length; query++)
        {
            foreach (var hit in _hits.AsSpan(0, way(query, sets[query], _hits)))
            {
                right += hit.Distance <= _farthest[query] ? 1 : 0;
            }
        }

        return right / (double)_wanted.Sum();
    }

    /// <summary>The speed of a way on this thread.</summary>
    /// <param name="way">The way.</param>
    /// <returns>Queries a second of processor time.</returns>
    public double Speed(Way way)
    {
        var (seconds, queries) = (0.0, 0L);
        while (seconds < LeastSeconds)
        {
            seconds += Cost.OfThread(() =>
            {
                for (var query = 0; query < sets.Length; query++)
                {
                    way(query, sets[query], _hits);
                }
            }).CpuSeconds;
            queries += sets.Length;
        }

        return queries / seconds;
    }

    /// <summary>Finds the least breadth of a ladder that reaches a recall.</summary>
    /// <param name="target">The recall.</param>
    /// <param name="wayAt">The way at a breadth.</param>
    /// <returns>The breadth, and its recall; null when none reaches it.</returns>
    public (int Breadth, double Recall)? BreadthFor(double target, Func<int, Way> wayAt)
    {
        var before = 0.0;
        for (var breadth = GroundTruth.Limit; breadth <= MostBreadth; breadth += Math.Max(1, breadth / 8))
        {
            var recall = Recall(wayAt(breadth));
            if (recall >= target)
            {
                return (breadth, recall);
            }

            // A long way from the target, larger steps lose nothing.
            if (1 - recall > 2 * (1 - target))
            {
                if (breadth > MostBreadth / 4 && 1 - recall > Stalled * (1 - before))
                {
                    return null;
                }

                breadth += breadth / 4;
            }

            before = recall;
        }

        return null;
    }
}
