#pragma warning disable MA0048 // The shard is read with the directory that has it.
using System.Runtime.InteropServices;
using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// A data directory with all that there can be: shards of several segments, of wide vectors, and of a log
/// only, each opened several times; deletions, checkpoints, a tail in the log, and a document beside them.
/// </summary>
internal sealed class DamageSample : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal string Path => _directory.Path;

    internal IReadOnlyList<DamageShard> Shards { get; } =
    [
        new("shards/wide/0/", new ShardSchema(Metric.Euclidean, 128), 200, 30),
        new("shards/many/0/", new ShardSchema(Metric.Euclidean, 8), 160, 20),
        new("shards/many/1/", new ShardSchema(Metric.Euclidean, 8), 0, 0),
    ];

    /// <summary>All files below the directory, ascending by name.</summary>
    internal IReadOnlyList<string> Files =>
    [
        .. Directory.GetFiles(Path, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 0).Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _directory.Dispose();

    /// <summary>Makes the directory; once.</summary>
    internal async Task FillAsync(int seed)
    {
        using var objects = LocalObjectStore.Open(Path, shared: false);
        var document = new NumberedDocument(objects, "catalog/");
        for (var number = 1; number <= 3; number++)
        {
            var content = new byte[100 * number];
            new Random(seed + number).NextBytes(content);
            Assert.True(await document.TryCreateAsync(number, content, Support.Shards.Token));
        }

        foreach (var shard in Shards)
        {
            await shard.FillAsync(objects, new Random(seed));
        }
    }

    /// <summary>The key of a file; empty when it is no object.</summary>
    internal string KeyOf(string file)
    {
        var objects = System.IO.Path.Combine(Path, "objects") + "/";
        return file.StartsWith(objects, StringComparison.Ordinal) ? file[objects.Length..] : string.Empty;
    }
}

/// <summary>A shard and the records that it must have.</summary>
/// <param name="Prefix">What its keys begin with.</param>
/// <param name="Schema">Metric and dimension.</param>
/// <param name="FirstCount">Records of the first segment; 0 for no segments.</param>
/// <param name="SecondCount">Records of the second.</param>
internal sealed record DamageShard(string Prefix, ShardSchema Schema, int FirstCount, int SecondCount)
{
    private readonly SortedDictionary<string, DamageRecord> _records = new(StringComparer.Ordinal);

    /// <summary>What must be there, ascending by id.</summary>
    internal IReadOnlyDictionary<string, DamageRecord> Records => _records;

    internal Task<ShardStore> OpenAsync(
        IObjectStore objects, IProgress<Exception> failures, long segmentBytes = 1 << 20) =>
        ShardStore.OpenAsync(
            objects,
            Prefix,
            Schema,
            new ShardStoreOptions { SegmentBytesLimit = segmentBytes },
            TaskScheduler.Default,
            new FakeTimeProvider(),
            failures,
            MemoryBudget.Unlimited,
            Shards.Token);

    /// <summary>Two segments with deletions, then a tail of the log by two owners.</summary>
    internal async Task FillAsync(IObjectStore objects, Random random)
    {
        var failures = new ExpectedFailures();
        for (var part = 0; part < 2 && FirstCount > 0; part++)
        {
            await using var shard = await OpenAsync(objects, failures, segmentBytes: 1);
            await WriteAsync(
                shard,
                random,
                Enumerable.Range(part * FirstCount, part == 0 ? FirstCount : SecondCount),
                Enumerable.Range((part * FirstCount) - (7 * part), 7 * part));
            await shard.WhenQuietAsync(Shards.Token);
        }

        for (var owner = 0; owner < 2; owner++)
        {
            await using var shard = await OpenAsync(objects, failures);
            await WriteAsync(shard, random, Enumerable.Range(owner * 5, 12), [30 + owner, 40 + owner]);
            await WriteAsync(shard, random, Enumerable.Range(1_000 + (owner * 5), 5), []);
            await shard.WhenQuietAsync(Shards.Token);
        }

        Assert.Empty(failures.Seen);
    }

    private async Task WriteAsync(
        ShardStore shard, Random random, IEnumerable<int> upserts, IEnumerable<int> deletes)
    {
        var records = upserts.ToDictionary(
            id => $"id{id:D4}",
            _ => DamageRecord.Create(random, Schema.Dimension),
            StringComparer.Ordinal);
        List<string> gone = [.. deletes.Select(id => $"id{id:D4}")];
        await shard.WriteAsync(
            new ShardWrite(
                $"operation {random.Next()}",
                [
                    .. records.Select(record => new RecordWrite(
                        Shards.Utf8(record.Key),
                        MemoryMarshal.AsBytes(record.Value.Vector.AsSpan()).ToArray(),
                        record.Value.Metadata)),
                ],
                [.. gone.Select(id => (ReadOnlyMemory<byte>)Shards.Utf8(id))]),
            Shards.Token);
        gone.ForEach(id => _records.Remove(id));
        foreach (var (id, record) in records)
        {
            _records[id] = record;
        }
    }
}

/// <summary>What a record must have.</summary>
internal sealed record DamageRecord(float[] Vector, byte[] Metadata)
{
    internal static DamageRecord Create(Random random, int dimension)
    {
        var metadata = new byte[random.Next(60, 200)];
        random.NextBytes(metadata);
        return new DamageRecord(
            [.. Enumerable.Range(0, dimension).Select(_ => random.NextSingle())], metadata);
    }
}
