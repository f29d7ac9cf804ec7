using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>Finds the hits among all members of a set, by their vectors.</summary>
/// <remarks>
/// Codes, which are shorter, tell of most members that they cannot be hits: those whose code's score, less
/// some multiple of the largest overestimate so far, is behind the last hit. So it is exact but for members
/// whose codes err much more than those of all members compared.
/// </remarks>
/// <typeparam name="TOrder">Decides between equal distances.</typeparam>
/// <typeparam name="TStop">Ends the scan early; asked every batch.</typeparam>
internal unsafe ref struct MemberScan<TOrder, TStop> : IScorerTask<bool>
    where TOrder : struct, IRowOrder
    where TStop : struct, IStopCondition
{
    private const float Caution = 2;

    // The first batches are short, as nothing tells hits before there are as many as wanted.
    private const int FirstBatch = 16;

    // When of so many members and more this share had to be compared by their vectors, codes are no help.
    private const int LeastTrial = 256;
    private const int TrialPerHit = 8;
    private const double CoarseShare = 0.5;

    private readonly ref readonly GraphView _view;
    private readonly float* _vector;
    private readonly RowSet _set;
    private readonly float _maxDistance;
    private readonly SearchScratch _scratch;
    private readonly int _trial;
    private readonly ref TStop _stop;
    private HitHeap<TOrder> _heap;
    private int _next;
    private int _scored;
    private int _compared;
    private float _worst;

    // A score behind which there are no hits.
    private float _bound;

    private MemberScan(
        in GraphView view,
        float* vector,
        RowSet set,
        float maxDistance,
        Span<RowHit> hits,
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
    {
        _view = ref view;
        _vector = vector;
        (_set, _maxDistance, _scratch) = (set, maxDistance, scratch);
        _stop = ref stop;
        _heap = new HitHeap<TOrder>(hits, 0, ref order);
        (_next, _bound) = (set.Next(0), float.PositiveInfinity);
        _trial = Math.Max(LeastTrial, (int)Math.Min(int.MaxValue, TrialPerHit * (long)hits.Length));
    }

    /// <summary>Scans.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="vector">The query's vector, shape [padded dimension].</param>
    /// <param name="set">The members.</param>
    /// <param name="byCodes">Whether codes are compared first.</param>
    /// <param name="maxDistance">Hits are not farther.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <param name="scratch">The search's memory.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the scan early.</param>
    /// <returns>How many hits there are, and whether the scan was stopped.</returns>
    public static SearchOutcome Run(
        in GraphView view,
        float* vector,
        RowSet set,
        bool byCodes,
        float maxDistance,
        Span<RowHit> hits,
        SearchScratch scratch,
        ref TOrder order,
        ref TStop stop)
    {
        var scan = new MemberScan<TOrder, TStop>(
            view, vector, set, maxDistance, hits, scratch, ref order, ref stop);
        var stopped = byCodes && view.Scoring.Run<MemberScan<TOrder, TStop>, bool>(ref scan);
        stopped = stopped || scan.CompareRest();
        return new SearchOutcome(scan._heap.Sort(), stopped);
    }

    /// <summary>Compares members by their codes first, as long as that helps.</summary>
    /// <typeparam name="TScorer">Compares the codes.</typeparam>
    /// <returns>Whether it was stopped.</returns>
    public bool Run<TScorer>()
        where TScorer : struct, IRowScorer
    {
        var query = TScorer.Load(_view, _vector, _scratch.Code);
        var length = FirstBatch;
        while (_next < _view.Limit && (_scored < _trial || _compared < CoarseShare * _scored))
        {
            if (_stop.ShouldStop())
            {
                return true;
            }

            var count = Gather(length);
            length = Math.Min(2 * length, _scratch.FoundLength);
            _scored += count;
            count = Sift<TScorer>(query, count);
            _compared += count;
            switch (_view.Metric)
            {
                case Metric.Cosine:
                    Compare<CosineMetric>(count);
                    break;
                case Metric.Dot:
                    Compare<DotMetric>(count);
                    break;
                default:
                    Compare<EuclideanMetric>(count);
                    break;
            }
        }

        return false;
    }

    private bool CompareRest() => _view.Metric switch
    {
        Metric.Cosine => CompareRest<CosineMetric>(),
        Metric.Dot => CompareRest<DotMetric>(),
        _ => CompareRest<EuclideanMetric>(),
    };

    // The next live members.
    private int Gather(int length)
    {
        var found = _scratch.Found;
        var (row, limit, count) = (_next, _view.Limit, 0);
        for (; row < limit && count < length; row = _set.Next(row + 1))
        {
            if (!_view.Rows.IsDeleted(row))
            {
                found[count++] = row;
            }
        }

        _next = row;
        return count;
    }

    // Leaves of the gathered members those that may be hits.
    private readonly int Sift<TScorer>(in WalkQuery query, int count)
        where TScorer : struct, IRowScorer
    {
        var found = _scratch.Found;
        var scores = _scratch.FoundScores;
        var (ahead, bound, left) = (GraphWalk.AheadOf<TScorer>(_view), _bound + (Caution * _worst), 0);
        for (var next = 0; next < Math.Min(ahead, count); next++)
        {
            TScorer.Prefetch(_view, found[next]);
        }

        for (var index = 0; index < count; index++)
        {
            if (index + ahead < count)
            {
                TScorer.Prefetch(_view, found[index + ahead]);
            }

            var row = found[index];
            var score = TScorer.Score(_view, query, row);
            if (score <= bound)
            {
                (found[left], scores[left]) = (row, score);
                left++;
                Prefetch.Run(_view.Rows.Vectors[row], GraphFinish.HeadBytes(_view));
            }
        }

        return left;
    }

    private void Compare<TMetric>(int count)
        where TMetric : struct, IMetric
    {
        var found = _scratch.Found;
        var scores = _scratch.FoundScores;
        for (var index = 0; index < count; index++)
        {
            var score = TMetric.Score(_vector, _view.Rows.Vectors[found[index]], _view.Length);
            _worst = Math.Max(_worst, scores[index] - score);
            Offer<TMetric>(found[index], score);
        }

        var farthest = Math.Min(_heap.Bound, _maxDistance);
        _bound = GraphFinish.ScoreBehind<TMetric>(farthest);
    }

    private bool CompareRest<TMetric>()
        where TMetric : struct, IMetric
    {
        var found = _scratch.Found;
        var head = GraphFinish.HeadBytes(_view);
        while (_next < _view.Limit)
        {
            if (_stop.ShouldStop())
            {
                return true;
            }

            var count = Gather(_scratch.FoundLength);
            for (var index = 0; index < count; index++)
            {
                if (index + GraphFinish.LookAhead < count)
                {
                    Prefetch.Run(_view.Rows.Vectors[found[index + GraphFinish.LookAhead]], head);
                }

                var row = found[index];
                Offer<TMetric>(row, TMetric.Score(_vector, _view.Rows.Vectors[row], _view.Length));
            }
        }

        return false;
    }

    private void Offer<TMetric>(int row, float score)
        where TMetric : struct, IMetric
    {
        var distance = TMetric.Distance(score);
        if (distance <= _heap.Bound && distance <= _maxDistance)
        {
            _heap.Offer(row, distance);
        }
    }
}
