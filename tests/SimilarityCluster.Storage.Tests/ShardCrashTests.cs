using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>
/// Random writes by one owner after another, each cut off at a random put that is refused or whose answer is
/// lost: after every opening the state is that of a model that knows what was acknowledged and what is
/// uncertain.
/// </summary>
public sealed class ShardCrashTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Reopen_CutOffAtRandomPuts_KeepsEveryAcknowledgedWriteOnce(int seed)
    {
        var random = new Random(seed);
        var memory = new InMemoryObjectStore();
        var time = new FakeTimeProvider();
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var sequence = 0L;
        ShardWrite? uncertain = null;
        for (var life = 0; life < 8; life++)
        {
            var faulty = new FaultyObjectStore(memory);
            await using var shard = await Shards.OpenAsync(
                faulty, time: time, upkeepFailures: new ExpectedFailures());
            if (uncertain is not null)
            {
                // The retry is applied once, whether the lost put had reached the store or not.
                Assert.InRange(shard.Sequence, sequence, sequence + 1);
                Check(await shard.WriteAsync(uncertain, Shards.Token), uncertain, model, ref sequence);
                uncertain = null;
            }

            AssertSame(model, shard);
            Assert.Equal(sequence, shard.Sequence);
            var puts = random.Next(1, 12);
            for (var i = 0; ; i++)
            {
                var write = RandomWrite(random, $"{life}.{i}");
                if (i == puts)
                {
                    // The owner's end: it never learns what became of this put.
                    faulty.OnPut = _ => random.Next(2) == 0 ? PutFault.Refused : PutFault.AnswerLost;
                    faulty.FailGets = true;
                    await Assert.ThrowsAsync<ShardStoppedException>(
                        () => shard.WriteAsync(write, Shards.Token));
                    uncertain = write;
                    break;
                }

                Check(await shard.WriteAsync(write, Shards.Token), write, model, ref sequence);
                var acknowledged = sequence;
                if (random.Next(4) == 0)
                {
                    Assert.InRange(
                        (await shard.WriteAsync(write, Shards.Token)).Sequence, acknowledged, acknowledged);
                }
            }

            AssertSame(model, shard); // Nothing of the write that was not acknowledged is seen.
        }
    }

    private static void Check(
        ShardWriteOutcome outcome,
        ShardWrite write,
        SortedDictionary<string, string> model,
        ref long sequence)
    {
        var deleted = write.Deletes.Count(id => model.Remove(Shards.Text(id.Span)));
        foreach (var upsert in write.Upserts)
        {
            model[Shards.Text(upsert.Id.Span)] = Shards.Text(upsert.Metadata.Span);
        }

        sequence++;
        Assert.Equal(new ShardWriteOutcome(sequence, write.Upserts.Count, deleted), outcome);
    }

    private static void AssertSame(SortedDictionary<string, string> model, ShardStore shard)
    {
        Assert.Equal(model.Count, shard.Count);
        var stored = shard.List([], int.MaxValue)
            .Select(
                record => KeyValuePair.Create(Shards.Text(record.Id), Shards.Text(record.Metadata)));
        Assert.Equal(model, stored);
        var found = shard.Nearest(0, model.Count + 10, exact: true).Order(StringComparer.Ordinal);
        Assert.Equal(model.Keys, found, StringComparer.Ordinal);
        foreach (var (id, metadata) in model)
        {
            Assert.True(shard.TryFind(Shards.Utf8(id), out var record));
            Assert.Equal(metadata, Shards.Text(record.Metadata));
            Assert.Equal(metadata.Length, (int)record.Vector[0]);
        }
    }

    private static ShardWrite RandomWrite(Random random, string operation)
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
}
