using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Reads all that a shard serves and compares it with what must be there.</summary>
/// <param name="expected">What must be there.</param>
/// <param name="key">The object that is damaged, which every refusal must name.</param>
internal sealed class ShardReads(DamageShard expected, string key)
{
    private const int Limit = 10;

    /// <summary>Reads that were refused.</summary>
    internal int RefusedCount { get; private set; }

    /// <summary>Searches that missed a record.</summary>
    internal int ShortCount { get; private set; }

    /// <summary>Reads everything.</summary>
    internal void ReadAll(ShardStore shard, Random random)
    {
        Assert.Equal(expected.Records.Count, shard.Count);
        Try(() => Assert.Equal(expected.Records.Keys, shard.Ids(), StringComparer.Ordinal));
        foreach (var (id, record) in expected.Records)
        {
            Try(() => AssertFound(shard, id, record));
        }

        Try(() => Assert.False(shard.TryFind("id9999"u8, out _)));
        Try(() => Assert.False(shard.TryFind("id0030"u8, out _)));
        for (var time = 0; time < 3; time++)
        {
            float[] query =
                [.. Enumerable.Range(0, expected.Schema.Dimension).Select(_ => random.NextSingle())];
            var distances = expected.Records.ToDictionary(
                record => record.Key, record => Distance(record.Value.Vector, query), StringComparer.Ordinal);
            Try(() => AssertNearest(shard, query, SearchEffort.Exact, distances));
            Try(() => AssertNearest(shard, query, SearchEffort.Breadth(1_000), distances));
        }
    }

    private static void AssertFound(ShardStore shard, string id, DamageRecord record)
    {
        Assert.True(shard.TryFind(Shards.Utf8(id), out var found), id);
        Assert.Equal(record.Metadata, found.Metadata);
        Assert.Equal(record.Vector, found.Vector);
    }

    private static float Distance(float[] vector, float[] query)
    {
        var sum = 0d;
        for (var i = 0; i < vector.Length; i++)
        {
            sum += ((double)vector[i] - query[i]) * ((double)vector[i] - query[i]);
        }

        return (float)Math.Sqrt(sum);
    }

    private void AssertNearest(
        ShardStore shard, float[] query, SearchEffort effort, Dictionary<string, float> distances)
    {
        var hits = new ShardHit[Limit];
        var never = default(NeverStop);
        var count = shard.Search(new VectorQuery(query, 1), effort, filter: null, hits, ref never).Count;
        var found = hits.Take(count).Select(hit => Shards.Text(hit.Record.Id)).ToList();
        foreach (var hit in hits.Take(count))
        {
            Assert.Equal(distances[Shards.Text(hit.Record.Id)], hit.Distance, 1e-4f);
        }

        Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
        var wanted = distances.OrderBy(entry => entry.Value).Take(Limit).Select(entry => entry.Key);
        if (!wanted.SequenceEqual(found, StringComparer.Ordinal))
        {
            // A damaged vector may seem far, and its record be missed.
            Assert.Contains("/segments/", key, StringComparison.Ordinal);
            ShortCount++;
        }
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException refusal)
        {
            Assert.Contains($"'{key}'", refusal.Message, StringComparison.Ordinal);
            RefusedCount++;
        }
    }
}
