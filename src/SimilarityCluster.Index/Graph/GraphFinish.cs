using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>The end of a search: rows are compared by their vectors, exactly.</summary>
internal static unsafe class GraphFinish
{
    /// <summary>The caution after a scan, see <see cref="CautionOf"/>.</summary>
    /// <remarks>Its rows may all be about as far, and the largest error of many is larger.</remarks>
    public const float ScanCaution = 2.5f;

    /// <summary>The caution after a walk to all rows that are near enough.</summary>
    public const float MostCaution = 2;

    private const float LeastCaution = 1;
    private const float CautionStart = 0.6f;
    private const float CautionPerWidth = 0.4f;

    // Of the best of a scan so far; and how many times the spread of their errors members must be apart.
    private const int ComparedToJudge = 8;
    private const float ErrorsApart = 2;

    // Candidates compared before a maximum distance may end the comparison: their errors must be seen first.
    private const int LeastCompared = 8;

    // Covers the rounding of a distance's way back to a score.
    private const float Rounding = 1f / (1 << 21);

    // Vectors asked for ahead of their comparison.
    private const int LookAhead = 4;

    private const int HeadBytes = 8 * Memory.Prefetch.LineBytes;

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
    /// <param name="keys">The best of the walk or scan, ascending.</param>
    /// <param name="caution">See <see cref="CautionOf"/>.</param>
    /// <param name="maxDistance">Hits are not farther.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="count">How many hits there are.</param>
    /// <returns>
    /// Whether some candidates were left that cannot be hits; else those that the walk did not keep could be.
    /// </returns>
    public static bool Run<TOrder>(
        in GraphView view,
        float* vector,
        ReadOnlySpan<ulong> keys,
        float caution,
        float maxDistance,
        Span<RowHit> hits,
        ref TOrder order,
        out int count)
        where TOrder : struct, IRowOrder
    {
        var heap = new HitHeap<TOrder>(hits, 0, ref order);
        var isSure = view.Metric switch
        {
            Metric.Cosine => Run<CosineMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap),
            Metric.Dot => Run<DotMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap),
            _ => Run<EuclideanMetric, TOrder>(view, vector, keys, caution, maxDistance, ref heap),
        };
        count = heap.Sort();
        return isSure;
    }

    /// <summary>
    /// Whether scores by codes err so much that the members that a scan keeps in the end, which lie closer
    /// together than the best so far, could not be told from others.
    /// </summary>
    /// <param name="view">The graph.</param>
    /// <param name="vector">Shape [padded dimension].</param>
    /// <param name="keys">The best so far, ascending.</param>
    /// <param name="rank">
    /// Which of them, counted from 1, will have as many before it in the end as the scan keeps.
    /// </param>
    /// <returns>True when they err so much.</returns>
    public static bool AreTooCoarse(
        in GraphView view, float* vector, ReadOnlySpan<ulong> keys, double rank) => view.Metric switch
        {
            Metric.Cosine => AreTooCoarse<CosineMetric>(view, vector, keys, rank),
            Metric.Dot => AreTooCoarse<DotMetric>(view, vector, keys, rank),
            _ => AreTooCoarse<EuclideanMetric>(view, vector, keys, rank),
        };

    /// <summary>Finds the hits among all members of a set but those in the pool.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="view">The graph.</param>
    /// <param name="vector">Shape [padded dimension].</param>
    /// <param name="set">The set.</param>
    /// <param name="maxDistance">Hits are not farther.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="found">Hits that there are already; all rows of the pool have been compared.</param>
    /// <param name="scratch">The search's memory; no row of it is met.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits there are now, and whether the search was stopped.</returns>
    public static SearchOutcome RunOver<TOrder, TStop>(
        in GraphView view,
        float* vector,
        RowSet set,
        float maxDistance,
        Span<RowHit> hits,
        int found,
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        foreach (var key in scratch.Pool.Keys)
        {
            scratch.Tags[CandidateKey.Row(key)] = scratch.Met;
        }

        var heap = new HitHeap<TOrder>(hits, found, ref order);
        var stopped = view.Metric switch
        {
            Metric.Cosine => RunOver<CosineMetric, TOrder, TStop>(
                view, vector, set, maxDistance, scratch, ref heap, ref stop),
            Metric.Dot => RunOver<DotMetric, TOrder, TStop>(
                view, vector, set, maxDistance, scratch, ref heap, ref stop),
            _ => RunOver<EuclideanMetric, TOrder, TStop>(
                view, vector, set, maxDistance, scratch, ref heap, ref stop),
        };
        return new SearchOutcome(heap.Sort(), stopped);
    }

    private static bool AreTooCoarse<TMetric>(
        in GraphView view, float* vector, ReadOnlySpan<ulong> keys, double rank)
        where TMetric : struct, IMetric
    {
        keys = keys[..Math.Min(keys.Length, ComparedToJudge)];
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var key in keys)
        {
            var row = CandidateKey.Row(key);
            var error = CandidateKey.Score(key) - TMetric.Score(vector, view.Rows.Vectors[row], view.Length);
            (least, most) = (Math.Min(least, error), Math.Max(most, error));
        }

        var spread = CandidateKey.Score(keys[^1]) - CandidateKey.Score(keys[0]);
        return keys.Length > 1 && spread * rank / keys.Length < ErrorsApart * (most - least);
    }

    private static bool Run<TMetric, TOrder>(
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
        var reach = TMetric.ScoreAt(maxDistance);
        reach = float.IsFinite(reach) ? reach + (MathF.Abs(reach) * Rounding) : reach;
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
                return true;
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

        return false;
    }

    private static bool RunOver<TMetric, TOrder, TStop>(
        in GraphView view,
        float* vector,
        RowSet set,
        float maxDistance,
        SearchScratch scratch,
        ref HitHeap<TOrder> heap,
        ref TStop stop)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var found = scratch.Found;
        var head = Math.Min(HeadBytes, VectorScorer<TMetric>.Bytes(view));
        for (var row = set.Next(0); row < view.Limit;)
        {
            if (stop.ShouldStop())
            {
                return true;
            }

            var count = MemberScan.Gather(view, set, ref row, scratch);
            for (var index = 0; index < count; index++)
            {
                if (index + LookAhead < count)
                {
                    // The processor itself asks for the rest of a long vector.
                    Memory.Prefetch.Run(view.Rows.Vectors[found[index + LookAhead]], head);
                }

                var member = found[index];
                var distance = TMetric.Distance(
                    TMetric.Score(vector, view.Rows.Vectors[member], view.Length));
                if (distance <= heap.Bound && distance <= maxDistance)
                {
                    heap.Offer(member, distance);
                }
            }
        }

        return false;
    }

    private static void Prefetch<TMetric>(in GraphView view, ulong key)
        where TMetric : struct, IMetric =>
        VectorScorer<TMetric>.Prefetch(view, CandidateKey.Row(key));
}
