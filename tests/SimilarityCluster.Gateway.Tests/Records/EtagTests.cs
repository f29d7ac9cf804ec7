using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;

namespace SimilarityCluster.Gateway.Tests.Records;

public sealed class EtagTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(Stop);
        await _host.CreateAsync(Metric.Dot, Stop);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task UpsertRecords_Etags_AreThoseThatReadsGive()
    {
        var written = await _host.UpsertAsync(
            "dot", Stop, [.. Enumerable.Range(0, 20).Select(i => GatewayHost.Record($"r{i:00}", 1, 2))]);

        var read = await _host.Records.GetRecordsAsync(
            new() { Collection = "dot", Ids = { written.Statuses.Select(status => status.Id) } },
            cancellationToken: Stop);
        var listed = await ListAsync();
        Assert.All(written.Statuses, status => Assert.NotEmpty(status.Etag));
        Assert.Equal(EtagsOf(written), read.Records.Select(record => record.Etag));
        Assert.Equal(EtagsOf(written), listed.Records.Select(record => record.Etag));
    }

    [Fact]
    public async Task UpsertRecords_Conditions_AreMetOrRefusedOneByOne()
    {
        var first = await _host.UpsertAsync(
            "dot", Stop, GatewayHost.Record("old", 1, 2), GatewayHost.Record("other", 1, 2));
        await _host.UpsertAsync("dot", Stop, GatewayHost.Record("other", 3, 4));

        var response = await _host.UpsertAsync(
            "dot",
            Stop,
            If("old", new() { Etag = first.Statuses[0].Etag }),
            If("other", new() { Etag = first.Statuses[1].Etag }),
            If("new", new() { Absent = true }),
            If("gone", new() { Present = true }),
            GatewayHost.Record("free", 1, 2));

        Assert.Equal(
            [
                "old", "other Aborted ETAG_MISMATCH records[1].condition", "new",
                "gone NotFound RECORD_NOT_FOUND records[3].condition", "free",
            ],
            response.Statuses.Select(Text));
        Assert.Equal(3u, response.UpsertedCount);
        var again = await _host.UpsertAsync("dot", Stop, If("new", new() { Absent = true }));
        Assert.Equal(
            ["new AlreadyExists RECORD_EXISTS records[0].condition"], again.Statuses.Select(Text));
    }

    [Fact]
    public async Task UpsertRecords_ConditionalBatchAgain_AnswersTheSame()
    {
        var request = new UpsertRecordsRequest
        {
            Collection = "dot",
            OperationId = "op",
            Records = { If("a", new() { Absent = true }), If("b", new() { Absent = true }) },
        };

        var first = await _host.Records.UpsertRecordsAsync(request, cancellationToken: Stop);
        var second = await _host.Records.UpsertRecordsAsync(request, cancellationToken: Stop);

        Assert.Equal(2u, first.UpsertedCount);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task DeleteRecords_Etags_DeleteWhatIsUnchanged()
    {
        var first = await _host.UpsertAsync(
            "dot", Stop, GatewayHost.Record("a", 1, 2), GatewayHost.Record("b", 1, 2),
            GatewayHost.Record("c", 1, 2));
        await _host.UpsertAsync("dot", Stop, GatewayHost.Record("b", 3, 4));

        var response = await _host.Records.DeleteRecordsAsync(
            new()
            {
                Collection = "dot",
                Ids = { "a", "b", "c", "none" },
                Etags = { first.Statuses[0].Etag, first.Statuses[1].Etag, string.Empty, string.Empty },
            },
            cancellationToken: Stop);

        Assert.Equal(
            ["a", "b Aborted ETAG_MISMATCH etags[1]", "c", "none NotFound RECORD_NOT_FOUND etags[3]"],
            response.Statuses.Select(Text));
        Assert.Equal(2u, response.DeletedCount);
        var left = await ListAsync();
        Assert.Equal(["b"], left.Records.Select(record => record.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("A")]
    [InlineData("xyz")]
    [InlineData("ffffffffffffffff")]
    [InlineData("10000000000000000")]
    public async Task UpsertRecords_NoEtag_NamesItsField(string etag)
    {
        var response = await _host.UpsertAsync(
            "dot", Stop, GatewayHost.Record("a", 1, 2), If("b", new() { Etag = etag }));

        Assert.Equal(
            ["a", "b InvalidArgument INVALID_FIELD records[1].condition.etag"],
            response.Statuses.Select(Text));
    }

    [Fact]
    public async Task UpsertRecords_EmptyCondition_NamesItsField()
    {
        var response = await _host.UpsertAsync(
            "dot",
            Stop,
            If("a", new()),
            If("b", new() { Absent = false }),
            If("c", new() { Present = false }));

        Assert.All(response.Statuses, status => Assert.Equal(
            (Reasons.InvalidField, $"records[{response.Statuses.IndexOf(status)}].condition"),
            (status.Error.Reason, status.Error.Field)));
    }

    [Fact]
    public async Task DeleteRecords_BadEtags_NameTheirField()
    {
        var count = await Rejections.ErrorOfAsync(() => DeleteAsync(["a", "b"], ["1"]));
        var form = await Rejections.ErrorOfAsync(() => DeleteAsync(["a", "b"], ["1", "x"]));

        Assert.Equal(
            [(StatusCode.InvalidArgument, "etags"), (StatusCode.InvalidArgument, "etags[1]")],
            new[] { (count.Code, count.Field), (form.Code, form.Field) });
    }

    private static RecordInput If(string id, WriteCondition condition)
    {
        var record = GatewayHost.Record(id, 5, 6);
        record.Condition = condition;
        return record;
    }

    private static IEnumerable<string> EtagsOf(UpsertRecordsResponse response) =>
        response.Statuses.Select(status => status.Etag);

    private static string Text(RecordStatus status) => status.Error is { } error
        ? $"{status.Id} {(StatusCode)error.Code} {error.Reason} {error.Field}"
        : status.Id;

    private async Task<ListRecordsResponse> ListAsync() =>
        await _host.Records.ListRecordsAsync(new() { Collection = "dot" }, cancellationToken: Stop);

    private async Task<DeleteRecordsResponse> DeleteAsync(string[] ids, string[] etags) =>
        await _host.Records.DeleteRecordsAsync(
            new() { Collection = "dot", Ids = { ids }, Etags = { etags } }, cancellationToken: Stop);
}
