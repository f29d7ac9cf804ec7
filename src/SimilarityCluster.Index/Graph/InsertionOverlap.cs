namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Which rows were inserted at the same time: they have not met each other. Callers exclude each other.
/// </summary>
/// <remarks>
/// Of two such rows the one that ends later is told of the other. Without that, rows that come in an order in
/// which neighbours follow each other, as the pictures of a film do, would fall apart into as many graphs as
/// there are threads.
/// </remarks>
internal sealed class InsertionOverlap
{
    private const int MostKept = 1_024;

    private readonly List<int> _ended = [];
    private long _before; // Rows that ended before those that are kept.

    /// <summary>An insertion begins.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    public long Begin() => _before + _ended.Count;

    /// <summary>An insertion has ended.</summary>
    /// <param name="row">The row; others may meet it now.</param>
    /// <param name="begin">What <see cref="Begin"/> returned.</param>
    /// <returns>The rows whose insertions ended since then.</returns>
    public int[] End(int row, long begin)
    {
        var first = (int)Math.Max(0, begin - _before);
        int[] met = first < _ended.Count ? [.. _ended[first..]] : [];
        if (_ended.Count == MostKept)
        {
            _ended.RemoveRange(0, MostKept / 2);
            _before += MostKept / 2;
        }

        _ended.Add(row);
        return met;
    }
}
