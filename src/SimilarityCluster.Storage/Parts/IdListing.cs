namespace SimilarityCluster.Storage.Parts;

/// <summary>
/// Rows sorted by id: a large run, and a small one of the rows that came since. Listing sorts only what is
/// new, and folds the small run into the large one when it has grown to a share of it. Not thread-safe; a
/// writer may go on.
/// </summary>
/// <remarks>
/// Rows are numbered as they come, so the runs need to hear of no write. Invariant: an id that is live when a
/// refresh ends has a row in the runs, though perhaps a dead one. It holds because a row is taken for dead
/// before the end of the rows is read, and what replaced it was published before it died.
/// </remarks>
/// <param name="records">Knows the ids.</param>
/// <param name="rowCount">Gives the number of published rows.</param>
/// <param name="isDeleted">Knows the dead rows.</param>
internal sealed class IdListing(RecordTable records, Func<int> rowCount, Func<int, bool> isDeleted)
{
    private const int LeastFold = 4_096;

    private int[] _large = [];
    private int[] _small = [];
    private int _largeEnd;
    private int _smallEnd;

    /// <summary>Takes rows in that came since, and forgets dead ones when they are many.</summary>
    /// <param name="liveCount">Rows that are not dead.</param>
    internal void Refresh(int liveCount)
    {
        var seen = rowCount();
        var fold = seen - _largeEnd > LeastFold + (_large.Length / 32)
            || _large.Length > LeastFold + (2L * liveCount);
        if (!fold && seen == _smallEnd)
        {
            return;
        }

        var small = Enumerable.Range(_largeEnd, seen - _largeEnd).Where(row => !isDeleted(row)).ToList();
        var large = fold ? Array.FindAll(_large, row => !isDeleted(row)) : _large;
        var end = rowCount();
        small.AddRange(Enumerable.Range(seen, end - seen));
        small.Sort(Compare);
        (_large, _small, _smallEnd) = (large, [.. small], end);
        if (fold)
        {
            (_large, _small, _largeEnd) = ([.. RowsAfter(ReadOnlyMemory<byte>.Empty)], [], end);
        }
    }

    /// <summary>
    /// Walks the ids behind one, ascending and distinct; each is named by one of its rows, dead or not.
    /// </summary>
    /// <param name="after">The walk starts behind this id.</param>
    internal IEnumerable<int> RowsAfter(ReadOnlyMemory<byte> after)
    {
        var large = FirstBehind(_large, after.Span);
        var small = FirstBehind(_small, after.Span);
        var last = -1;
        while (large < _large.Length || small < _small.Length)
        {
            var fromLarge = small >= _small.Length
                || (large < _large.Length && Compare(_large[large], _small[small]) <= 0);
            var row = fromLarge ? _large[large++] : _small[small++];
            if (last < 0 || Compare(last, row) != 0)
            {
                yield return row;
            }

            last = row;
        }
    }

    private int Compare(int left, int right) =>
        left == right ? 0 : records.IdOf(left).SequenceCompareTo(records.IdOf(right));

    private int FirstBehind(int[] run, ReadOnlySpan<byte> after)
    {
        var (first, end) = (0, run.Length);
        while (first < end)
        {
            var middle = first + ((end - first) / 2);
            if (records.IdOf(run[middle]).SequenceCompareTo(after) > 0)
            {
                end = middle;
            }
            else
            {
                first = middle + 1;
            }
        }

        return first;
    }
}
