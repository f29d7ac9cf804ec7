using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Wire;

public sealed class SnapshotTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Shards = 3;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SnapshotService.SnapshotServiceClient Snapshots { get; } = new(server.Channel);

    [Fact]
    public async Task CreateSnapshot_ThenWrites_KeepsItsStateUntilItIsDeleted()
    {
        await CreateAsync("kept", 1);
        var taken = await TakeAsync("kept", "first");
        await WriteAsync("kept", 2);
        var again = await TakeAsync("kept", "first");
        await TakeAsync("kept", "second");

        Assert.True(taken.IsComplete);
        Assert.Equal(Shards, taken.Sequence.Shards.Count);
        Assert.Equal(taken, again);
        Assert.Equal(["first", "second"], await NamesAsync("kept"), StringComparer.Ordinal);
        Assert.All(await ReadAsync("kept", "first"), record => Assert.Equal(1, record.Value));
        Assert.All(await ReadAsync("kept", "second"), record => Assert.Equal(2, record.Value));

        var request = new DeleteSnapshotRequest { Collection = "kept", Name = "first" };
        Assert.True((await Snapshots.DeleteSnapshotAsync(request, cancellationToken: Stop)).WasThere);
        Assert.False((await Snapshots.DeleteSnapshotAsync(request, cancellationToken: Stop)).WasThere);
        Assert.Equal(["second"], await NamesAsync("kept"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task ExportSnapshot_AfterAnId_GoesOnBehindIt()
    {
        await CreateAsync("resumed", 1);
        await TakeAsync("resumed", "s");
        var whole = await ReadAsync("resumed", "s", shard: 1);
        var request = new ExportSnapshotRequest
        {
            Collection = "resumed",
            Name = "s",
            Shard = 1,
            AfterId = whole.Keys.ElementAt(10),
        };

        var rest = await ReadAsync(request);

        Assert.Equal(whole.Skip(11), rest.OrderBy(record => record.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryMethod_BadInput_NamesTheField()
    {
        await CreateAsync("bad", 1);
        var missing = new ExportSnapshotRequest { Collection = "bad", Name = "nobody" };
        await TakeAsync("bad", "s");

        AssertError(await FailAsync(() => TakeAsync("bad", "a b")), Reasons.InvalidField, "name");
        AssertError(
            await FailAsync(() => TakeAsync("nowhere", "s")), Reasons.CollectionNotFound, "collection");
        AssertError(await FailAsync(() => ReadAsync(missing)), Reasons.SnapshotNotFound, "name");
        AssertError(
            await FailAsync(() => ReadAsync("bad", "s", shard: Shards)), Reasons.InvalidField, "shard");
        AssertError(
            await FailAsync(async () => await Snapshots.DeleteSnapshotAsync(
                new DeleteSnapshotRequest { Collection = "bad" }, cancellationToken: Stop)),
            Reasons.InvalidField,
            "name");
        AssertError(
            await FailAsync(() => NamesAsync("nowhere")), Reasons.CollectionNotFound, "collection");
    }

    [Fact]
    public async Task CreateSnapshot_TooMany_SaysSo()
    {
        await CreateAsync("full", 1);
        for (var number = 0; number < 64; number++)
        {
            await TakeAsync("full", $"s{number}");
        }

        var full = await FailAsync(() => TakeAsync("full", "more"));

        Assert.Equal(StatusCode.FailedPrecondition, full.StatusCode);
        Assert.Equal(
            Reasons.SnapshotLimit, ServiceError.FromRpcException(full)?.Reason, StringComparer.Ordinal);
    }

    private static async Task<RpcException> FailAsync(Func<Task> call) =>
        await Assert.ThrowsAsync<RpcException>(call);

    private static void AssertError(RpcException failure, string reason, string field)
    {
        var error = ServiceError.FromRpcException(failure);
        Assert.Equal((reason, field), (error?.Reason, error?.Field));
    }

    private async Task CreateAsync(string collection, float value)
    {
        await server.Callers.CreateAsync(collection, Metric.Euclidean, dimension: 2, Shards);
        await WriteAsync(collection, value);
    }

    private async Task WriteAsync(string collection, float value)
    {
        var request = new UpsertRecordsRequest { Collection = collection };
        request.Records.Add(Enumerable.Range(0, 600)
            .Select(row => Callers.Record($"id{row:D3}", value, row)));
        var answer = await server.Callers.Records.UpsertRecordsAsync(request, cancellationToken: Stop);
        Assert.Equal(600u, answer.UpsertedCount);
    }

    private async Task<Snapshot> TakeAsync(string collection, string name)
    {
        var request = new CreateSnapshotRequest { Collection = collection, Name = name };
        return (await Snapshots.CreateSnapshotAsync(request, cancellationToken: Stop)).Snapshot;
    }

    private async Task<List<string>> NamesAsync(string collection)
    {
        var request = new ListSnapshotsRequest { Collection = collection };
        var answer = await Snapshots.ListSnapshotsAsync(request, cancellationToken: Stop);
        return [.. answer.Snapshots.Select(snapshot => snapshot.Name)];
    }

    private async Task<Dictionary<string, float>> ReadAsync(string collection, string name)
    {
        var records = new Dictionary<string, float>(StringComparer.Ordinal);
        for (var shard = 0; shard < Shards; shard++)
        {
            foreach (var (id, value) in await ReadAsync(collection, name, shard))
            {
                records.Add(id, value);
            }
        }

        Assert.Equal(600, records.Count);
        return records;
    }

    private Task<SortedDictionary<string, float>> ReadAsync(string collection, string name, int shard) =>
        ReadAsync(new ExportSnapshotRequest { Collection = collection, Name = name, Shard = (uint)shard });

    private async Task<SortedDictionary<string, float>> ReadAsync(ExportSnapshotRequest request)
    {
        var records = new SortedDictionary<string, float>(StringComparer.Ordinal);
        using var call = Snapshots.ExportSnapshot(request, cancellationToken: Stop);
        await foreach (var page in call.ResponseStream.ReadAllAsync(Stop))
        {
            foreach (var record in page.Records)
            {
                records.Add(record.Id, Contracts.PackedVector.ToArray(record.Vector)[0]);
            }

            Assert.InRange(page.ShardRecordCount, 100ul, 400ul);
        }

        return records;
    }
}
