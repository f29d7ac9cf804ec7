using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>Etags through the gateway and the shards.</summary>
/// <param name="server">The server.</param>
public sealed class ConditionalWriteTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UpsertRecords_TwoWritersOfOneEtag_OnlyTheFirstWrites()
    {
        await server.Callers.CreateAsync("etags", Metric.Euclidean, 2, shardCount: 3);
        var created = await WriteAsync("a", 1, new() { Absent = true });

        var first = await WriteAsync("a", 2, new() { Etag = created.Etag });
        var second = await WriteAsync("a", 3, new() { Etag = created.Etag });

        Assert.Null(created.Error);
        Assert.Null(first.Error);
        Assert.Equal(
            ((int)StatusCode.Aborted, "ETAG_MISMATCH", "records[0].condition"),
            (second.Error.Code, second.Error.Reason, second.Error.Field));
        var read = await server.Callers.Records.GetRecordsAsync(
            new GetRecordsRequest { Collection = "etags", Ids = { "a" }, IncludeVector = true },
            cancellationToken: Stop);
        Assert.Equal([2, 0], PackedVector.ToArray(read.Records[0].Vector));
        Assert.Equal(first.Etag, read.Records[0].Etag);

        var stale = await DeleteAsync("a", created.Etag);
        var deleted = await DeleteAsync("a", first.Etag);

        Assert.Equal((0u, "ETAG_MISMATCH"), (stale.DeletedCount, stale.Statuses[0].Error.Reason));
        Assert.Equal((1u, null), (deleted.DeletedCount, deleted.Statuses[0].Error));
    }

    private async Task<RecordStatus> WriteAsync(string id, float value, WriteCondition condition)
    {
        var record = Callers.Record(id, [value, 0]);
        record.Condition = condition;
        var response = await server.Callers.Records.UpsertRecordsAsync(
            new UpsertRecordsRequest { Collection = "etags", Records = { record } }, cancellationToken: Stop);
        return Assert.Single(response.Statuses);
    }

    private async Task<DeleteRecordsResponse> DeleteAsync(string id, string etag) =>
        await server.Callers.Records.DeleteRecordsAsync(
            new DeleteRecordsRequest { Collection = "etags", Ids = { id }, Etags = { etag } },
            cancellationToken: Stop);
}
