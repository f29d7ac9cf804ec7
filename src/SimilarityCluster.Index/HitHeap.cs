namespace SimilarityCluster.Index;

/// <summary>
/// Keeps the nearest of many hits in the caller's memory: ordered by distance, then by the order given.
/// </summary>
/// <remarks>
/// A binary heap with the farthest hit at its root. What it keeps does not depend on the order of the offers.
/// Not thread-safe.
/// </remarks>
/// <typeparam name="TOrder">Decides between equal distances.</typeparam>
public ref struct HitHeap<TOrder>
    where TOrder : struct, IRowOrder
{
    private readonly Span<RowHit> _hits;
    private readonly ref TOrder _order;
    private int _count;

    /// <summary>Begins with hits that are already there.</summary>
    /// <param name="hits">Receives the hits; its length is the limit, which may be 0.</param>
    /// <param name="count">How many of its first elements are hits already, in any order.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> is not 0 to the limit.
    /// </exception>
    public HitHeap(Span<RowHit> hits, int count, ref TOrder order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, hits.Length);
        _hits = hits;
        _count = count;
        _order = ref order;
        for (var parent = (count / 2) - 1; parent >= 0; parent--)
        {
            SiftDown(parent, hits[parent], count);
        }
    }

    private HitHeap(ref TOrder order, Span<RowHit> hits, int count)
    {
        _hits = hits;
        _count = count;
        _order = ref order;
    }

    /// <summary>Hits kept so far.</summary>
    public readonly int Count => _count;

    /// <summary>
    /// Hits farther than this are refused; infinite while there is room. Equal ones may still enter.
    /// </summary>
    public readonly float Bound =>
        _count < _hits.Length ? float.PositiveInfinity
        : _count == 0 ? float.NegativeInfinity
        : _hits[0].Distance;

    /// <summary>Goes on with a heap whose memory was not touched meanwhile.</summary>
    /// <param name="hits">As it was begun with.</param>
    /// <param name="count">The <see cref="Count"/> that it had.</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <returns>The same heap.</returns>
    internal static HitHeap<TOrder> Resume(Span<RowHit> hits, int count, ref TOrder order) =>
        new(ref order, hits, count);

    /// <summary>Takes a hit if it is among the nearest so far.</summary>
    /// <param name="row">Its row, not offered before.</param>
    /// <param name="distance">Its distance, not NaN.</param>
    public void Offer(int row, float distance)
    {
        var hit = new RowHit(row, distance);
        if (_count < _hits.Length)
        {
            SiftUp(_count++, hit);
        }
        else if (_count > 0 && IsBefore(hit, _hits[0]))
        {
            SiftDown(0, hit, _count);
        }
    }

    /// <summary>Puts the hits in ascending order. The heap must not be used afterwards.</summary>
    /// <returns>How many there are.</returns>
    public readonly int Sort()
    {
        for (var end = _count - 1; end > 0; end--)
        {
            var last = _hits[end];
            _hits[end] = _hits[0];
            SiftDown(0, last, end);
        }

        return _count;
    }

    private readonly void SiftUp(int hole, RowHit hit)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!IsBefore(_hits[parent], hit))
            {
                break;
            }

            _hits[hole] = _hits[parent];
            hole = parent;
        }

        _hits[hole] = hit;
    }

    private readonly void SiftDown(int hole, RowHit hit, int count)
    {
        for (var child = (2 * hole) + 1; child < count; child = (2 * hole) + 1)
        {
            if (child + 1 < count && IsBefore(_hits[child], _hits[child + 1]))
            {
                child++;
            }

            if (!IsBefore(hit, _hits[child]))
            {
                break;
            }

            _hits[hole] = _hits[child];
            hole = child;
        }

        _hits[hole] = hit;
    }

    private readonly bool IsBefore(RowHit left, RowHit right) =>
        left.Distance < right.Distance
        || (left.Distance == right.Distance && _order.Compare(left.Row, right.Row) < 0);
}
