using System.Numerics;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Benchmarks.Data;

/// <summary>
/// Exact neighbours, found with a kernel of the benchmark's own: the oracle of every engine.
/// </summary>
internal sealed class GroundTruth
{
    /// <summary>Neighbours asked for (papers: k).</summary>
    public const int Limit = 10;

    // Rows of one block stay in the second level cache while the queries of one task pass by.
    private const int BlockBytes = 256 << 10;
    private const int QueriesPerTask = 32;

    private readonly VectorSet _set;
    private readonly float[] _farthest;

    private GroundTruth(VectorSet set, float[] farthest) => (_set, _farthest) = (set, farthest);

    /// <summary>Finds the exact neighbours, or reads them when they were found before.</summary>
    /// <param name="set">Rows and queries.</param>
    /// <param name="folder">Where they are kept; of this set alone.</param>
    /// <returns>The neighbours.</returns>
    public static GroundTruth Open(VectorSet set, string folder)
    {
        var path = Path.Combine(folder, $"exact-{Limit}.f32");
        var farthest = new float[set.QueryCount];
        var bytes = MemoryMarshal.AsBytes(farthest.AsSpan());
        if (File.Exists(path) && new FileInfo(path).Length == bytes.Length)
        {
            File.ReadAllBytes(path).CopyTo(bytes);
        }
        else
        {
            FindAll(set, farthest);
            File.WriteAllBytes(path, bytes);
        }

        return new GroundTruth(set, farthest);
    }

    /// <summary>Finds the exact neighbours and keeps them nowhere.</summary>
    /// <param name="set">Rows and queries.</param>
    /// <returns>The neighbours.</returns>
    public static GroundTruth Find(VectorSet set)
    {
        var farthest = new float[set.QueryCount];
        FindAll(set, farthest);
        return new GroundTruth(set, farthest);
    }

    /// <summary>
    /// Recall: the share of the neighbours that were found; any row as near as the last neighbour counts.
    /// </summary>
    /// <param name="found">Row numbers, negative for none, shape [query count, limit].</param>
    /// <returns>0 to 1.</returns>
    public double Recall(ReadOnlySpan<int> found)
    {
        var right = 0L;
        for (var query = 0; query < _set.QueryCount; query++)
        {
            var rows = found.Slice(query * Limit, Limit);
            for (var place = 0; place < Limit; place++)
            {
                var row = rows[place];
                if (row >= 0
                    && !rows[..place].Contains(row)
                    && SquaredDistance(_set.Row(row), _set.Query(query)) <= _farthest[query])
                {
                    right++;
                }
            }
        }

        return right / (double)(_set.QueryCount * Limit);
    }

    private static void FindAll(VectorSet set, float[] farthest) =>
        Parallel.For(0, (set.QueryCount + QueriesPerTask - 1) / QueriesPerTask, task =>
            FindSome(set, farthest, task * QueriesPerTask));

    private static void FindSome(VectorSet set, float[] farthest, int firstQuery)
    {
        var queryCount = Math.Min(QueriesPerTask, set.QueryCount - firstQuery);
        var blockRows = Math.Max(1, BlockBytes / (set.Dimension * sizeof(float)));
        var nearest = new float[queryCount * Limit];
        Array.Fill(nearest, float.PositiveInfinity);
        for (var block = 0; block < set.RowCount; block += blockRows)
        {
            var end = Math.Min(set.RowCount, block + blockRows);
            for (var number = 0; number < queryCount; number++)
            {
                var query = set.Query(firstQuery + number);
                var kept = nearest.AsSpan(number * Limit, Limit);
                for (var row = block; row < end; row++)
                {
                    var distance = SquaredDistance(set.Row(row), query);
                    if (distance < kept[^1])
                    {
                        Insert(kept, distance);
                    }
                }
            }
        }

        for (var number = 0; number < queryCount; number++)
        {
            farthest[firstQuery + number] = nearest[((number + 1) * Limit) - 1];
        }
    }

    private static void Insert(Span<float> ascending, float distance)
    {
        var place = ascending.Length - 1;
        for (; place > 0 && ascending[place - 1] > distance; place--)
        {
            ascending[place] = ascending[place - 1];
        }

        ascending[place] = distance;
    }

    // Four sums hide the latency of additions; the order is fixed, so that one pair has one distance.
    private static float SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var width = Vector<float>.Count;
        var (sum0, sum1, sum2, sum3) =
            (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        var at = 0;
        for (; at <= left.Length - (4 * width); at += 4 * width)
        {
            sum0 += Square(ref a, ref b, at);
            sum1 += Square(ref a, ref b, at + width);
            sum2 += Square(ref a, ref b, at + (2 * width));
            sum3 += Square(ref a, ref b, at + (3 * width));
        }

        for (; at <= left.Length - width; at += width)
        {
            sum0 += Square(ref a, ref b, at);
        }

        var sum = Vector.Sum((sum0 + sum1) + (sum2 + sum3));
        for (; at < left.Length; at++)
        {
            var difference = left[at] - right[at];
            sum += difference * difference;
        }

        return sum;
    }

    private static Vector<float> Square(ref float left, ref float right, int at)
    {
        var difference = Vector.LoadUnsafe(ref left, (nuint)at) - Vector.LoadUnsafe(ref right, (nuint)at);
        return difference * difference;
    }
}
