using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>One search of a graph: down, around, and the best of it compared by their vectors.</summary>
internal static unsafe class GraphSearch
{
    // A candidate is compared by its vector while its code's score, less this many times the largest
    // overestimate so far, is below the last hit.
    private const float Caution = 1.5f;

    // Vectors asked for ahead of their comparison.
    private const int LookAhead = 4;

    /// <summary>Searches.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="view">The graph; not empty.</param>
    /// <param name="entry">Where to begin.</param>
    /// <param name="query">Shape [dimension].</param>
    /// <param name="breadth">Rows kept while walking; at least the limit.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="reach">How far to walk.</param>
    /// <param name="scratch">Work memory.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    public static SearchOutcome Run<TOrder, TStop>(
        in GraphView view,
        int entry,
        ReadOnlySpan<float> query,
        int breadth,
        Span<RowHit> hits,
        SearchReach reach,
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition
    {
        var vector = scratch.Query.Load(query);
        scratch.Begin(view.Limit);
        reach.Begin(scratch.Pool, breadth, hits.Length, view.Limit);
        var walk = new Walk<TStop>(view, entry, vector, scratch, ref stop);
        var stopped = view.Scoring.Run<Walk<TStop>, bool>(ref walk);
        var count = view.Metric switch
        {
            Metric.Cosine => Finish<CosineMetric, TOrder>(view, vector, scratch.Pool.Keys, hits, ref order),
            Metric.Dot => Finish<DotMetric, TOrder>(view, vector, scratch.Pool.Keys, hits, ref order),
            _ => Finish<EuclideanMetric, TOrder>(view, vector, scratch.Pool.Keys, hits, ref order),
        };
        return new SearchOutcome(count, stopped);
    }

    // Scores of codes err, and equal distances come in the caller's order: so the hits are found anew among
    // the best of the walk, by their vectors. How many that takes shows in the errors met on the way.
    private static int Finish<TMetric, TOrder>(
        in GraphView view, float* vector, ReadOnlySpan<ulong> keys, Span<RowHit> hits, ref TOrder order)
        where TMetric : struct, IMetric
        where TOrder : struct, IRowOrder
    {
        var heap = new HitHeap<TOrder>(hits, 0, ref order);
        var (worst, bound) = (0f, float.PositiveInfinity);
        for (var next = 0; next < Math.Min(LookAhead, keys.Length); next++)
        {
            Prefetch<TMetric>(view, keys[next]);
        }

        for (var index = 0; index < keys.Length; index++)
        {
            var key = keys[index];
            var estimate = CandidateKey.Score(key);
            if (estimate - (Caution * worst) > bound)
            {
                break;
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
            worst = Math.Max(worst, estimate - score);
            heap.Offer(row, TMetric.Distance(score));
            bound = TMetric.ScoreAt(heap.Bound);
        }

        return heap.Sort();
    }

    private static void Prefetch<TMetric>(in GraphView view, ulong key)
        where TMetric : struct, IMetric =>
        VectorScorer<TMetric>.Prefetch(view, CandidateKey.Row(key));

    private readonly ref struct Walk<TStop>(
        in GraphView view, int entry, float* vector, SearchScratch scratch, ref TStop stop)
        : IScorerTask<bool>
        where TStop : struct, IStopCondition
    {
        private readonly ref readonly GraphView _view = ref view;
        private readonly ref TStop _stop = ref stop;

        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            var query = TScorer.Load(_view, vector, scratch.Code);
            var nearest = GraphWalk.Descend<TScorer>(_view, query, entry, _view.Nodes[entry]->Level, 0);
            GraphWalk.Seed<TScorer>(_view, query, nearest, scratch);
            return GraphWalk.Walk<TScorer, TStop>(_view, 0, query, scratch, ref _stop);
        }
    }
}
