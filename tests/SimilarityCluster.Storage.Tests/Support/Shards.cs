using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Index;
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
        ShardSchema? schema = null) => ShardStore.OpenAsync(
            objects,
            Prefix,
            schema ?? Schema,
            options ?? new ShardStoreOptions(),
            builder ?? TaskScheduler.Default,
            time ?? new FakeTimeProvider(),
            Token);

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    internal static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

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
        [.. shard.List([], int.MaxValue).Select(row => Text(shard.IdOf(row)))];

    internal static List<string> Nearest(this ShardStore shard, float value, int limit, bool exact)
    {
        var hits = new RowHit[limit];
        var stop = default(NeverStop);
        var outcome = shard.Search(new VectorQuery([value, 0, 0, 0], 64), exact, hits, ref stop);
        return [.. hits.Take(outcome.Count).Select(hit => Text(shard.IdOf(hit.Row)))];
    }
}
