using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>The end of a search: rows are compared by their vectors, exactly.</summary>
internal static unsafe class GraphFinish
{
    /// <summary>How many vectors ahead of its comparison a vector is asked for.</summary>
    public const int LookAhead = 4;

    /// <summary>The caution after a walk to all rows that are near enough.</summary>
    public const float MostCaution = 2;

    private const float LeastCaution = 1;
    private const float CautionStart = 0.6f;
    private const float CautionPerWidth = 0.4f;

    // Candidates compared before a maximum distance may end the comparison: their errors must be seen first.
    private const int LeastCompared = 8;

    // Covers the rounding of a distance's way back to a score.
    private const float Rounding = 1f / (1 << 21);

    // The processor itself asks for the rest of a long vector.
    private const int MostHeadBytes = 8 * Memory.Prefetch.LineBytes;

    /// <summary>
    /// A candidate is compared by its vector while its code's score, less this many times the largest
    /// overestimate so far, is below the last hit. A narrow walk, which is asked for because it is fast, is
    /// less cautious.
    /// </summary>
    /// <param name="breadth">Of the walk.</param>
    /// <param name="limit">Hits wanted.</param>
    /// <returns>The factor.</returns>
    public static float CautionOf(int breadth, int limit) => Math.Clamp(
        CautionStart + (CautionPerWidth * breadth / Math.Max(1, limit)), LeastCaution, MostCaution);

    /// <summary>Finds the hits among the best of a walk.</summary>
    /// <remarks>
    /// Scores of codes err, and equal distances come in the caller's order: so the hits are found anew among
    /// the best of the walk, by their vectors. How many that takes shows in the errors met on the way.
    /// </remarks>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="vector">Shape [padded dimension].</param>
    /// <param name="keys">The best of the walk, ascending.</param>
    /// <param name="caution">See <see cref="CautionOf"/>.</param>
    /// <param name="maxDistance">Hits are not farther.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <returns>How many hits there are.</returns>
    public static int Run<TOrder>(
        in GraphView view,
        float* vector,
        ReadOnlySpan<ulong> keys,
        float caution,
        float maxDistance,
        Span<RowHit> hits,
        ref TOrder order)
        where TOrder : struct, IRowOrder
    {
        var heap = new HitHeap<TOrder>(hits, 0, ref order);
        switch (view.Metric)
        {
            case Metric.Cosine:
                Run<CosineMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap);
                break;
            case Metric.Dot:
                Run<DotMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap);
                break;
            default:
                Run<EuclideanMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap);
                break;
        }

        return heap.Sort();
    }

    /// <summary>How much of a vector is to be asked for before it is compared.</summary>
    /// <param name="view">The graph.</param>
    /// <returns>Bytes from its beginning on.</returns>
    public static int HeadBytes(in GraphView view) => Math.Min(MostHeadBytes, view.Length * sizeof(float));

    /// <summary>A score behind all rows within a distance, but for errors of the score.</summary>
    /// <typeparam name="TMetric">The metric.</typeparam>
    /// <param name="distance">The distance.</param>
    /// <returns>The score.</returns>
    public static float ScoreBehind<TMetric>(float distance)
        where TMetric : struct, IMetric
    {
        var score = TMetric.ScoreAt(distance);
        return float.IsFinite(score) ? score + (MathF.Abs(score) * Rounding) : score;
    }

    private static void Run<TMetric, TOrder>(
        in GraphView view,
        float* vector,
        ReadOnlySpan<ulong> keys,
        float caution,
        float maxDistance,
        ref HitHeap<TOrder> heap)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
    {
        var (worst, bound, compared) = (0f, float.PositiveInfinity, 0);
        var reach = ScoreBehind<TMetric>(maxDistance);
        for (var next = 0; next < Math.Min(LookAhead, keys.Length); next++)
        {
            Prefetch<TMetric>(view, keys[next]);
        }

        for (var index = 0; index < keys.Length; index++)
        {
            var key = keys[index];
            var least = CandidateKey.Score(key) - (caution * worst);
            if (least > bound || (least > reach && compared >= LeastCompared))
            {
                return;
            }

            if (index + LookAhead < keys.Length)
            {
                Prefetch<TMetric>(view, keys[index + LookAhead]);
            }

            var row = CandidateKey.Row(key);
            if (CandidateKey.IsDead(key) || view.Rows.IsDeleted(row))
            {
                continue;
            }

            var score = TMetric.Score(vector, view.Rows.Vectors[row], view.Length);
            worst = Math.Max(worst, CandidateKey.Score(key) - score);
            compared++;
            var distance = TMetric.Distance(score);
            if (distance <= maxDistance)
            {
                heap.Offer(row, distance);
                bound = TMetric.ScoreAt(heap.Bound);
            }
        }
    }

    private static void Prefetch<TMetric>(in GraphView view, ulong key)
        where TMetric : struct, IMetric
    {
        if (!CandidateKey.IsDead(key))
        {
            VectorScorer<TMetric>.Prefetch(view, CandidateKey.Row(key));
        }
    }
}
