#pragma warning disable MA0048 // The write is read with the model that makes it.
using System.Collections.Concurrent;
using System.Globalization;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Processes;

/// <summary>One write of a writer.</summary>
/// <param name="Operation">Its id.</param>
/// <param name="Versions">Id to version; 0 deletes.</param>
internal sealed record OwnedWrite(string Operation, IReadOnlyDictionary<string, long> Versions)
{
    /// <summary>As a <see cref="ShardHost"/> takes it.</summary>
    internal string Command => string.Join(
        ' ',
        ["write", Operation, .. Versions.Select(it => string.Create(
            CultureInfo.InvariantCulture, $"{it.Key}={it.Value}"))]);
}

/// <summary>
/// What a shard must hold after writers whose ids are their own, of whom each has one write in flight at
/// most.
/// </summary>
/// <param name="seed">Chooses the writes.</param>
/// <param name="name">What its ids begin with; others do not.</param>
internal sealed class OwnedRecords(int seed, string name = "")
{
    internal const int WriterCount = 6;

    private const int RecordsOfAWriter = 40;
    private const int LargestBatch = 8;

    private readonly ConcurrentDictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly OwnedWrite?[] _uncertain = new OwnedWrite?[WriterCount];
    private readonly Random[] _random =
        [.. Enumerable.Range(0, WriterCount).Select(writer => new Random((seed * WriterCount) + writer))];

    private long _version;
    private long _acknowledgedCount;

    /// <summary>Writes that were acknowledged.</summary>
    internal long AcknowledgedCount => Interlocked.Read(ref _acknowledgedCount);

    /// <summary>Writes whose outcome nobody knows.</summary>
    internal int UncertainCount => _uncertain.Count(it => it is not null);

    /// <summary>
    /// Writes until a process ends or refuses. A write that got no answer is repeated first: it is applied
    /// once, whether it was before or not.
    /// </summary>
    /// <returns>The reason of each refusal.</returns>
    internal async Task<IReadOnlyList<string>> WriteAsync(ShardProcess process)
    {
        var refusals = await Task.WhenAll(Enumerable.Range(0, WriterCount)
            .Select(writer => Task.Run(() => WriteAsync(process, writer))));
        return [.. refusals.OfType<string>()];
    }

    /// <summary>Compares what a shard holds, in every way in which it can be read.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="all">All who wrote to it.</param>
    internal static void AssertSame(ShardStore shard, params ReadOnlySpan<OwnedRecords> all)
    {
        var stored = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var record in shard.List([], int.MaxValue))
        {
            // Add throws when an id is listed twice.
            stored.Add(Shards.Text(record.Id), VersionedRecord.VersionOf(record));
        }

        var expected = new Dictionary<string, long>(StringComparer.Ordinal);
        var (acknowledged, uncertain) = (0L, 0);
        foreach (var records in all)
        {
            records.Expect(expected, stored);
            acknowledged += records.AcknowledgedCount;
            uncertain += records.UncertainCount;
        }

        Assert.Equal(
            expected.Where(it => it.Value > 0).OrderBy(it => it.Key, StringComparer.Ordinal),
            stored.OrderBy(it => it.Key, StringComparer.Ordinal));
        Assert.Equal(stored.Count, shard.Count);
        Assert.InRange(shard.Sequence, acknowledged, acknowledged + uncertain);
        AssertFound(shard, expected.Keys, stored);
    }

    private static void AssertFound(
        ShardStore shard, IEnumerable<string> ids, Dictionary<string, long> stored)
    {
        foreach (var id in ids)
        {
            var isThere = shard.TryFind(Shards.Utf8(id), out var record);
            Assert.Equal(stored.GetValueOrDefault(id), isThere ? VersionedRecord.VersionOf(record) : 0);
        }

        Assert.Equal(
            stored.Keys.Order(StringComparer.Ordinal),
            Search(shard, VersionedRecord.VectorOf("any", 1), SearchEffort.Exact, stored.Count + 10)
                .Select(it => it.Id).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        foreach (var (id, version) in stored)
        {
            var vector = VersionedRecord.VectorOf(id, version);
            Assert.Equal((id, 0f), Search(shard, vector, SearchEffort.Exact, 1)[0]);
            Assert.Equal((id, 0f), Search(shard, vector, SearchEffort.Breadth(64), 1)[0]);
        }
    }

    private static List<(string Id, float Distance)> Search(
        ShardStore shard, float[] vector, SearchEffort effort, int limit)
    {
        var hits = new ShardHit[limit];
        var stop = default(NeverStop);
        var outcome = shard.Search(new VectorQuery(vector, 1), effort, filter: null, hits, ref stop);
        return [.. hits.Take(outcome.Count).Select(hit => (Shards.Text(hit.Record.Id), hit.Distance))];
    }

    /// <summary>A write whose outcome nobody knows is there whole or not at all; all else is exact.</summary>
    private void Expect(Dictionary<string, long> expected, Dictionary<string, long> stored)
    {
        foreach (var (id, version) in _acknowledged)
        {
            expected[id] = version;
        }

        foreach (var write in _uncertain.OfType<OwnedWrite>())
        {
            if (write.Versions.All(it => stored.GetValueOrDefault(it.Key) == it.Value))
            {
                foreach (var (id, version) in write.Versions)
                {
                    expected[id] = version;
                }
            }
        }
    }

    private async Task<string?> WriteAsync(ShardProcess process, int writer)
    {
        while (true)
        {
            var write = _uncertain[writer] ??= Next(writer);
            var answer = await process.WriteAsync(write);
            if (answer.Outcome is not { } outcome)
            {
                return answer.Refusal;
            }

            // The counts are those of the first time: the writer's ids have not changed since.
            var deletes = write.Versions.Where(it => it.Value == 0).ToList();
            Assert.Equal(write.Versions.Count - deletes.Count, outcome.UpsertedCount);
            Assert.Equal(
                deletes.Count(it => _acknowledged.GetValueOrDefault(it.Key) > 0), outcome.DeletedCount);
            foreach (var (id, version) in write.Versions)
            {
                _acknowledged[id] = version;
            }

            _uncertain[writer] = null;
            Interlocked.Increment(ref _acknowledgedCount);
        }
    }

    private string IdOf(int writer, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}{writer}-{number:D2}");

    /// <summary>Single records and batches; new ids, others anew, deletes.</summary>
    private OwnedWrite Next(int writer)
    {
        var random = _random[writer];
        var numbers = Enumerable.Range(0, RecordsOfAWriter).ToArray();
        random.Shuffle(numbers);
        var count = random.Next(3) == 0 ? 1 : random.Next(1, LargestBatch + 1);
        var versions = numbers.Take(count).ToDictionary(
            number => IdOf(writer, number),
            _ => random.Next(4) == 0 ? 0 : Interlocked.Increment(ref _version),
            StringComparer.Ordinal);
        var operation = Interlocked.Increment(ref _version);
        return new OwnedWrite(
            string.Create(CultureInfo.InvariantCulture, $"{name}{seed}-{operation}"), versions);
    }
}
