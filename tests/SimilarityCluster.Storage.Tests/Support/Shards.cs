#pragma warning disable MA0048 // The failures are read with the shards that have them.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Opens, fills and searches small shards.</summary>
internal static class Shards
{
    internal const string Prefix = "shards/0/";

    internal static readonly ShardSchema Schema = new(Metric.Euclidean, 4);

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static Task<ShardStore> OpenAsync(
        IObjectStore objects,
        ShardStoreOptions? options = null,
        TaskScheduler? builder = null,
        TimeProvider? time = null,
        ShardSchema? schema = null,
        IProgress<Exception>? upkeepFailures = null,
        MemoryBudget? memory = null) => ShardStore.OpenAsync(
            objects,
            Prefix,
            schema ?? Schema,
            options ?? new ShardStoreOptions(),
            builder ?? TaskScheduler.Default,
            time ?? new FakeTimeProvider(),
            upkeepFailures ?? new Failures(),
            memory ?? MemoryBudget.Unlimited,
            Token);

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    internal static RecordWrite Record(string id, float value, string metadata = "") =>
        new(Utf8(id), Vector(value), Utf8(metadata));

    internal static byte[] Vector(float value) =>
        MemoryMarshal.AsBytes<float>(new[] { value, 0, 0, 0 }).ToArray();

    internal static Task<ShardWriteOutcome> UpsertAsync(
        this ShardStore shard, string operation, params string[] ids) =>
        shard.WriteAsync(
            new ShardWrite(operation, [.. ids.Select((id, i) => Record(id, i, operation))], []), Token);

    internal static Task<ShardWriteOutcome> DeleteAsync(
        this ShardStore shard, string operation, params string[] ids) =>
        shard.WriteAsync(
            new ShardWrite(operation, [], [.. ids.Select(id => new ReadOnlyMemory<byte>(Utf8(id)))]), Token);

    internal static List<string> Ids(this ShardStore shard) =>
        [.. shard.List([], int.MaxValue).Select(record => Text(record.Id))];

    internal static List<string> Nearest(this ShardStore shard, float value, int limit, bool exact)
    {
        var hits = new ShardHit[limit];
        var stop = default(NeverStop);
        var effort = exact ? SearchEffort.Exact : SearchEffort.Breadth(64);
        var outcome = shard.Search(
            new VectorQuery([value, 0, 0, 0], 1), effort, filter: null, hits, ref stop);
        return [.. hits.Take(outcome.Count).Select(hit => Text(hit.Record.Id))];
    }

    /// <summary>A failure of the upkeep fails the test that does not expect one.</summary>
    private sealed class Failures : IProgress<Exception>
    {
        public void Report(Exception value) => throw new InvalidOperationException("Upkeep failed.", value);
    }
}

/// <summary>Keeps the failures of the upkeep that a test expects.</summary>
internal sealed class ExpectedFailures : IProgress<Exception>
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ConcurrentQueue<Exception> Seen { get; } = new();

    /// <summary>When there was one.</summary>
    internal Task First => _first.Task;

    public void Report(Exception value)
    {
        Seen.Enqueue(value);
        _first.TrySetResult();
    }
}
