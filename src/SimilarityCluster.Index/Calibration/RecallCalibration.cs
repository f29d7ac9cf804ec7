using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Calibration;

/// <summary>Measures which breadth reaches which recall, a row at a time. One caller at a time.</summary>
/// <remarks>
/// Rows of the graph serve as queries, which are taken to be drawn like the rows. A row that is a query is
/// searched for twice. Once walks never meet it: that finds too little, for its neighbours have no other
/// links in place of those to it. Once they lead over it: that finds too much, for it leads to what is
/// nearest to it. The truth lies between; two parts of the first and one of the second were within a
/// hundredth of it, or on the safe side.
/// </remarks>
/// <param name="rows">The vectors.</param>
/// <param name="code">See <see cref="Code"/>.</param>
internal sealed class RecallCalibration(VectorRows rows, int code)
{
    // A thousandth of recall is four of the hits of so many rows.
    private const int SampleRows = 400;
    private const int MostTries = 4 * SampleRows;

    private readonly FlatSearcher _exact = new(rows);
    private readonly RowHit[] _nearest = new RowHit[RecallTable.Limit + 1];
    private readonly RowHit[] _found = new RowHit[RecallTable.Limit];
    private readonly long[] _right = new long[RecallTable.Ladder.Count];
    private long _wanted;
    private int _tries;
    private int _measured;

    /// <summary>What tells the codes of the graph from those before and after.</summary>
    public int Code => code;

    /// <summary>Finds the nearest rows to a row, but not the row itself.</summary>
    /// <param name="hidden">The row.</param>
    /// <param name="breadth">The breadth.</param>
    /// <param name="hits">Receives them; its length is the limit.</param>
    /// <returns>How many were found.</returns>
    public delegate int SearchWithout(HiddenRow hidden, int breadth, Span<RowHit> hits);

    /// <summary>Measures with a few rows more.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="entry">Where searches begin.</param>
    /// <param name="count">How many.</param>
    /// <param name="search">Searches the graph.</param>
    /// <returns>The table, once there are enough; null before.</returns>
    public RecallTable? Run(in GraphView view, int entry, int count, SearchWithout search)
    {
        for (; count > 0 && _measured < SampleRows && _tries < MostTries; count--)
        {
            // Spread evenly: each try adds the golden ratio's share of the rows.
            var row = (int)((uint)++_tries * 2_654_435_769u * (ulong)view.Limit >> 32);
            if (row != entry && !view.Rows.IsDeleted(row) && IsOnLowestOnly(view, row))
            {
                Measure(row, view.Limit, search);
                _measured++;
            }
        }

        return _measured < SampleRows && _tries < MostTries
            ? null
            : new RecallTable(
                [.. RecallTable.Ladder],
                [.. _right.Select(right => _wanted == 0 ? 0 : right / (float)_wanted)]);
    }

    // The others are where searches come from; without them there would be another graph.
    private static unsafe bool IsOnLowestOnly(in GraphView view, int row) =>
        view.Nodes[row]->Level == 0 && !view.Nodes[row]->IsRemoved;

    private void Measure(int row, int rowCount, SearchWithout search)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var query = new VectorQuery(rows[row], 1);
        var outcome = _exact.SearchRange(query, 0, rowCount, _nearest, 0, ref order, ref never);
        var wanted = outcome.Count - 1; // The row itself is one of them, or its twin is.
        if (wanted > 0)
        {
            Measure(new HiddenRow(row, IsMet: false), weight: 2, wanted, search);
            Measure(new HiddenRow(row, IsMet: true), weight: 1, wanted, search);
        }
    }

    private void Measure(HiddenRow hidden, int weight, int wanted, SearchWithout search)
    {
        _wanted += weight * wanted;
        var right = 0;
        for (var index = 0; index < _right.Length; index++)
        {
            if (right < wanted) // Once all are found, more breadth finds them, too.
            {
                right = 0;
                foreach (var hit in _found.AsSpan(0, search(hidden, RecallTable.Ladder[index], _found)))
                {
                    right += hit.Distance <= _nearest[wanted].Distance ? 1 : 0;
                }

                right = Math.Min(right, wanted);
            }

            _right[index] += weight * right;
        }
    }
}
