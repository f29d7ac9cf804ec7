using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>A set's rows with the three ways to search some of them. Not thread-safe.</summary>
internal sealed class FilterIndex
{
    private readonly VectorSet _set;
    private readonly VectorRows _rows;
    private readonly HnswGraph _graph;
    private readonly FlatSearcher _flat;
    private RowHit[] _kept = [];

    /// <summary>Indexes the rows, with all processors.</summary>
    /// <param name="set">The set.</param>
    /// <param name="code">What walks and scans compare.</param>
    public FilterIndex(VectorSet set, VectorCode code)
    {
        _set = set;
        _rows = new VectorRows(Metric.Euclidean, set.Dimension);
        for (var row = 0; row < set.RowCount; row++)
        {
            _rows.Append(set.Row(row));
        }

        _graph = new HnswGraph(_rows, new HnswOptions { Code = code });
        _flat = new FlatSearcher(_rows);
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (_graph.InsertNext())
            {
            }
        });
    }

    /// <summary>All rows by their distance to a query.</summary>
    /// <param name="query">Its number.</param>
    /// <returns>Nearest first, shape [row count].</returns>
    public RowHit[] ByDistance(int query)
    {
        var hits = new RowHit[_rows.Count];
        Search(_flat, query, 1, null, hits);
        return hits;
    }

    /// <summary>Searches as the index plans it.</summary>
    /// <param name="query">The query's number.</param>
    /// <param name="members">Its filter.</param>
    /// <param name="breadth">Search breadth.</param>
    /// <param name="hits">Receives the hits.</param>
    /// <returns>How many there are.</returns>
    public int Planned(int query, RowSet members, int breadth, Span<RowHit> hits) =>
        Search(_graph, query, breadth, members, hits);

    /// <summary>Compares all members with the query.</summary>
    /// <param name="query">The query's number.</param>
    /// <param name="members">Its filter.</param>
    /// <param name="hits">Receives the hits.</param>
    /// <returns>How many there are.</returns>
    public int Exact(int query, RowSet members, Span<RowHit> hits) =>
        Search(_flat, query, 1, members, hits);

    /// <summary>Searches without the filter, then drops what it hides.</summary>
    /// <param name="query">The query's number.</param>
    /// <param name="members">Its filter.</param>
    /// <param name="breadth">Search breadth, and the hits before the filter.</param>
    /// <param name="hits">Receives the hits.</param>
    /// <returns>How many there are.</returns>
    public int FilteredAfter(int query, RowSet members, int breadth, Span<RowHit> hits)
    {
        if (_kept.Length < breadth)
        {
            _kept = new RowHit[breadth];
        }

        var found = Search(_graph, query, breadth, null, _kept.AsSpan(0, breadth));
        var count = 0;
        for (var place = 0; place < found && count < hits.Length; place++)
        {
            if (members.Contains(_kept[place].Row))
            {
                hits[count++] = _kept[place];
            }
        }

        return count;
    }

    private int Search(IVectorSearcher searcher, int query, int breadth, RowSet? members, Span<RowHit> hits)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var sought = new VectorQuery(_set.Query(query), breadth) { Filter = members };
        return searcher.Search(sought, hits, ref order, ref never).Count;
    }
}
