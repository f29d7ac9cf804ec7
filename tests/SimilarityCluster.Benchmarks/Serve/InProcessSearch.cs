using System.Diagnostics;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Serve;

/// <summary>The same search without a server: the peer in the same run, and the oracle of recall.</summary>
internal sealed class InProcessSearch
{
    private const int Limit = 10;

    private readonly HnswGraph _graph;
    private readonly float[] _queries;
    private readonly int _dimension;
    private readonly float[] _farthest;

    /// <summary>Builds the index and finds the exact answers.</summary>
    /// <param name="vectors">Row-major, shape [count, dimension].</param>
    /// <param name="queries">Row-major, shape [query count, dimension].</param>
    /// <param name="dimension">Numbers in each vector.</param>
    public InProcessSearch(float[] vectors, float[] queries, int dimension)
    {
        (_queries, _dimension) = (queries, dimension);
        var rows = new VectorRows(Metric.Euclidean, dimension);
        _graph = new HnswGraph(rows, new HnswOptions());
        for (var offset = 0; offset < vectors.Length; offset += dimension)
        {
            rows.Append(vectors.AsSpan(offset, dimension));
            _graph.InsertNext();
        }

        _farthest = new float[QueryCount];
        var exact = new FlatSearcher(rows);
        Parallel.For(0, QueryCount, query => _farthest[query] = Search(exact, query, Limit)[^1].Distance);
    }

    /// <summary>Number of queries.</summary>
    public int QueryCount => _queries.Length / _dimension;

    /// <summary>The distance of each query's tenth exact neighbour; hits up to it are right.</summary>
    public IReadOnlyList<float> Farthest => _farthest;

    /// <summary>Finds the smallest breadth of a fine ladder that reaches a recall.</summary>
    /// <param name="target">Recall@10 to reach.</param>
    /// <returns>The breadth and the recall it gives.</returns>
    public (int Breadth, double Recall) BreadthFor(double target)
    {
        for (var breadth = Limit; breadth < 1_000; breadth += Math.Max(1, breadth / 16))
        {
            var right = 0;
            for (var query = 0; query < QueryCount; query++)
            {
                right += Search(_graph, query, breadth).Count(hit => hit.Distance <= _farthest[query]);
            }

            var recall = right / (double)(QueryCount * Limit);
            if (recall >= target)
            {
                return (breadth, recall);
            }
        }

        throw new InvalidOperationException($"No breadth below 1,000 reaches recall {target}.");
    }

    /// <summary>Measures one thread.</summary>
    /// <param name="breadth">Search breadth.</param>
    /// <param name="queryCount">Queries to ask.</param>
    /// <returns>CPU time of one query in microseconds.</returns>
    public double MicrosecondsPerQuery(int breadth, int queryCount)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var number = 0; number < queryCount; number++)
        {
            Search(_graph, number % QueryCount, breadth);
        }

        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / queryCount;
    }

    private RowHit[] Search(IVectorSearcher searcher, int query, int breadth)
    {
        var hits = new RowHit[Limit];
        var order = default(RowNumberOrder);
        var never = default(NeverStop);
        var vector = _queries.AsSpan(query * _dimension, _dimension);
        var outcome = searcher.Search(new VectorQuery(vector, breadth), hits, ref order, ref never);
        return outcome.Count == Limit
            ? hits
            : throw new InvalidOperationException($"Query {query} found {outcome.Count} of {Limit} rows.");
    }
}
