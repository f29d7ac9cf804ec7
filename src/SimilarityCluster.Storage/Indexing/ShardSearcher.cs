using SimilarityCluster.Index;
using SimilarityCluster.Storage.Records;

namespace SimilarityCluster.Storage.Indexing;

/// <summary>
/// Finds the nearest records: by the graph, and by comparison where there is no graph yet. Thread-safe.
/// </summary>
/// <param name="rows">The rows.</param>
/// <param name="graph">Has the first of the rows.</param>
internal sealed class ShardSearcher(ShardRows rows, HnswGraph graph)
{
    /// <summary>A graph of fewer rows is not faster than comparing them all.</summary>
    private const int FlatRows = 1_024;

    /// <summary>How often a search is done again because batches retired hits from under it.</summary>
    private const int MostRepeats = 3;

    private readonly FlatSearcher _flat = new(rows.Vectors);

    /// <inheritdoc cref="ShardStore.Search"/>
    internal SearchOutcome Search<TStop>(
        scoped in VectorQuery query, bool exact, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition
    {
        for (var repeat = 0; ; repeat++)
        {
            var version = rows.Version;
            var outcome = SearchOnce(query, exact, hits, ref stop);
            Interlocked.MemoryBarrier(); // The search's reads come before the second look at the version.
            if ((version & 1) == 0 && rows.Version == version)
            {
                return outcome;
            }

            // A batch came between: a record may have been seen in its old and its new row.
            var kept = rows.DropDead(hits[..outcome.Count]);
            if (kept == outcome.Count || outcome.Stopped || repeat == MostRepeats)
            {
                return outcome with { Count = kept };
            }
        }
    }

    /// <inheritdoc cref="ShardStore.BreadthFor"/>
    internal int BreadthFor(double recall, int limit) => graph.BreadthFor(recall, limit);

    private SearchOutcome SearchOnce<TStop>(
        scoped in VectorQuery query, bool exact, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition
    {
        var order = rows.Order;
        var indexed = graph.Count;
        var published = rows.Published;
        if (exact || indexed < FlatRows)
        {
            return _flat.SearchRange(query, 0, published, hits, 0, ref order, ref stop);
        }

        var walk = graph.Search(query, hits, ref order, ref stop);
        var scan = _flat.SearchRange(query, indexed, published, hits, walk.Count, ref order, ref stop);
        return scan with { Stopped = walk.Stopped || scan.Stopped };
    }
}
