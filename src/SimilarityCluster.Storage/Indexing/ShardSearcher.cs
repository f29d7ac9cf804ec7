using System.Buffers;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Indexing;

/// <summary>Finds the nearest records of all parts of a shard. Thread-safe.</summary>
/// <param name="rows">The rows.</param>
internal sealed class ShardSearcher(ShardRows rows)
{
    /// <summary>How often a search is done again because batches retired hits from under it.</summary>
    private const int MostRepeats = 3;

    /// <inheritdoc cref="ShardStore.Search"/>
    internal ShardSearchOutcome Search<TStop>(
        scoped in VectorQuery query,
        SearchEffort effort,
        RecordFilter? filter,
        Span<ShardHit> hits,
        ref TStop stop)
        where TStop : struct, IStopCondition
    {
        for (var repeat = 0; ; repeat++)
        {
            var version = rows.Version;
            var outcome = SearchOnce(query, effort, filter, hits, ref stop);
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

    private ShardSearchOutcome SearchOnce<TStop>(
        scoped in VectorQuery query,
        SearchEffort effort,
        RecordFilter? filter,
        Span<ShardHit> hits,
        ref TStop stop)
        where TStop : struct, IStopCondition
    {
        var (count, breadth, stopped) = (0, 0, false);
        var found = ArrayPool<RowHit>.Shared.Rent(hits.Length);
        var records = ArrayPool<ShardHit>.Shared.Rent(hits.Length);
        try
        {
            var parts = rows.Parts;
            for (var index = 0; index < parts.Count && !stopped; index++)
            {
                var part = parts[index];
                var sought = new VectorQuery(query.Vector, query.Breadth)
                {
                    Filter = filter is null ? null : part.RowsOf(filter),
                    MaxDistance = query.MaxDistance,
                };
                var outcome = part.Search(sought, effort, found.AsSpan(0, hits.Length), ref stop);
                for (var hit = 0; hit < outcome.Count; hit++)
                {
                    records[hit] = new ShardHit(new StoredRecord(part, found[hit].Row), found[hit].Distance);
                }

                count = ShardHit.Merge(hits, count, records.AsSpan(0, outcome.Count));
                breadth = Math.Max(breadth, outcome.SearchBreadth);
                stopped = outcome.Stopped;
            }

            return new ShardSearchOutcome(count, stopped, breadth);
        }
        finally
        {
            ArrayPool<RowHit>.Shared.Return(found);
            ArrayPool<ShardHit>.Shared.Return(records, clearArray: true); // Or it would keep parts alive.
        }
    }
}
