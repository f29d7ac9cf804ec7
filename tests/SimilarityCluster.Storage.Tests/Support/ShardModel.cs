using SimilarityCluster.Storage.Snapshots;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>What a shard must hold after the writes that it acknowledged: id to metadata.</summary>
/// <remarks>The first number of a vector is the length of its record's metadata.</remarks>
internal sealed class ShardModel
{
    private readonly SortedDictionary<string, string> _records = new(StringComparer.Ordinal);

    /// <summary>Writes that were acknowledged.</summary>
    internal long Sequence { get; private set; }

    /// <summary>A write of up to five records of thirty ids, some upserted and some deleted.</summary>
    internal static ShardWrite RandomWrite(Random random, string operation)
    {
        var ids = Enumerable.Range(0, random.Next(6)).Select(_ => $"id{random.Next(30)}")
            .Distinct(StringComparer.Ordinal).ToList();
        var upserts = ids.Take(random.Next(ids.Count + 1)).ToList();
        return new ShardWrite(
            operation,
            [.. upserts.Select(id => (Id: id, Metadata: new string('m', random.Next(20)) + operation))
                .Select(record => Shards.Record(record.Id, record.Metadata.Length, record.Metadata))],
            [.. ids.Except(upserts, StringComparer.Ordinal)
                .Select(id => (ReadOnlyMemory<byte>)Shards.Utf8(id))]);
    }

    /// <summary>Applies a write that was acknowledged, and checks the answer.</summary>
    internal void Apply(ShardWrite write, ShardWriteOutcome outcome)
    {
        var deleted = write.Deletes.Count(id => _records.Remove(Shards.Text(id.Span)));
        foreach (var upsert in write.Upserts)
        {
            _records[Shards.Text(upsert.Id.Span)] = Shards.Text(upsert.Metadata.Span);
        }

        Sequence++;
        Assert.Equal(new ShardWriteOutcome(Sequence, write.Upserts.Count, deleted), outcome);
    }

    /// <summary>The state that a snapshot would have that is taken now.</summary>
    internal ShardModel Copy()
    {
        var copy = new ShardModel { Sequence = Sequence };
        foreach (var (id, metadata) in _records)
        {
            copy._records.Add(id, metadata);
        }

        return copy;
    }

    /// <summary>Compares by sequence, count and listing by small pages.</summary>
    internal void AssertSame(ShardSnapshot snapshot)
    {
        Assert.Equal(Sequence, snapshot.Info.Sequence);
        Assert.Equal(_records.Count, snapshot.Count);
        var stored = new List<KeyValuePair<string, string>>();
        byte[] after = [];
        while (snapshot.List(after, 7) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                Assert.Equal(record.Metadata.Length, (int)record.Vector[0]);
                stored.Add(KeyValuePair.Create(Shards.Text(record.Id), Shards.Text(record.Metadata)));
            }

            after = page[^1].Id.ToArray();
        }

        Assert.Equal(_records, stored);
    }

    /// <summary>Compares by count, listing, exact search and look-ups.</summary>
    internal void AssertSame(ShardStore shard)
    {
        Assert.Equal(_records.Count, shard.Count);
        var stored = shard.List([], int.MaxValue)
            .Select(
                record => KeyValuePair.Create(Shards.Text(record.Id), Shards.Text(record.Metadata)));
        Assert.Equal(_records, stored);
        var found = shard.Nearest(0, _records.Count + 10, exact: true).Order(StringComparer.Ordinal);
        Assert.Equal(_records.Keys, found, StringComparer.Ordinal);
        foreach (var (id, metadata) in _records)
        {
            Assert.True(shard.TryFind(Shards.Utf8(id), out var record));
            Assert.Equal(metadata, Shards.Text(record.Metadata));
            Assert.Equal(metadata.Length, (int)record.Vector[0]);
        }
    }
}
