using System.Buffers;
using System.Runtime.InteropServices;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Tests.Fakes;

/// <summary>Compares every record of the shards that are on its silo.</summary>
internal sealed class FakeSearcher(FakeCluster cluster, string silo) : ISiloSearcherGrain
{
    public async Task<SiloSearchResult> SearchAsync(
        SiloSearchMessage search, CancellationToken cancellationToken)
    {
        cluster.Searches.Enqueue(search);
        await cluster.BeforeSearch(silo, cancellationToken);
        var mine = search.Shards
            .Where(shard => string.Equals(cluster.SiloOf(shard), silo, StringComparison.Ordinal)
                && cluster.Catalog.Holds(search.CollectionId) is not null)
            .ToArray();
        return new SiloSearchResult
        {
            NotMine = [.. search.Shards.Except(mine)],
            Hits = mine.Length == 0 ? [] : Search(search, cluster.Catalog.Holds(search.CollectionId)!, mine),
            Queued = TimeSpan.Zero,
            Searched = TimeSpan.Zero,
            SearchBreadth = search.TargetRecall > 0 ? cluster.BreadthForTargets : search.SearchBreadth,
        };
    }

    private byte[] Search(SiloSearchMessage search, CollectionInfo collection, int[] shards)
    {
        var records = shards
            .SelectMany(shard => cluster.ShardOf(new ShardKey(search.CollectionId, shard)).Records())
            .ToArray();
        var packed = new ArrayBufferWriter<byte>();
        var writer = new PackedHitsWriter(packed);
        var length = search.Vectors.Length / search.QueryCount;
        for (var query = 0; query < search.QueryCount; query++)
        {
            var vector = search.Vectors.AsSpan(query * length, length).ToArray();
            var hits = records
                .Select(
                    record => (Record: record, Distance: Distance(collection.Metric, vector, record.Vector)))
                .OrderBy(hit => hit.Distance)
                .ThenBy(
                    hit => hit.Record.Id, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                .Take(search.Limit)
                .ToArray();
            writer.BeginQuery(hits.Length);
            foreach (var (record, distance) in hits)
            {
                writer.AddHit(
                    record.Id, distance, search.IncludeMetadata ? record.Metadata : [],
                    search.IncludeVector ? record.Vector : []);
            }
        }

        return packed.WrittenSpan.ToArray();
    }

    private static float Distance(int metric, byte[] one, byte[] other)
    {
        var a = MemoryMarshal.Cast<byte, float>(one);
        var b = MemoryMarshal.Cast<byte, float>(other);
        double dot = 0;
        double squares = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return (Metric)metric switch
        {
            Metric.Cosine => (float)(1 - dot),
            Metric.Dot => (float)-dot,
            _ => (float)Math.Sqrt(squares),
        };
    }
}
