using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Tests.Records;

public sealed class RecordGrpcServiceTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(Stop, ("Gateway:RelocationTime", "00:00:00.1"));
        await _host.CreateAsync(Metric.Dot, Stop, model: "toy");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task UpsertRecords_RawInputs_AreEmbeddedInOneCallAndErrInPlace()
    {
        var response = await _host.UpsertAsync(
            "dot",
            Stop,
            new RecordInput { Id = "a", Input = new() { Text = "four" } },
            GatewayHost.Record("b", 1, 2),
            new RecordInput { Id = "c", Input = new() { Text = string.Empty } },
            new RecordInput { Id = "d", Input = new() { Image = Google.Protobuf.ByteString.CopyFrom(1) } },
            new RecordInput { Id = "e", Input = new() { Text = "sixsix" } });
        var stored = await _host.Records.GetRecordsAsync(
            new() { Collection = "dot", Ids = { "e", "x", "a" }, IncludeVector = true },
            cancellationToken: Stop);

        Assert.Equal(
            ["a", "b", "c INVALID_FIELD records[2].input.text",
                "d MODEL_DOES_NOT_ACCEPT records[3].input.image", "e"],
            response.Statuses.Select(status => status.Error is { } error
                ? $"{status.Id} {error.Reason} {error.Field}"
                : status.Id));
        Assert.StartsWith(
            "records[3].input.image: ", response.Statuses[3].Error.Message, StringComparison.Ordinal);
        Assert.Equal(("toy@1", "feed"), (response.Receipt.Model, response.Receipt.Fingerprint));
        Assert.Equal(1, _host.Embedder.CallCount);
        Assert.Equal(["e", "a"], stored.Records.Select(record => record.Id));
        Assert.Equal([1f, 4f], PackedVector.ToArray(stored.Records[1].Vector));
        Assert.Equal(["x"], stored.MissingIds);
    }

    [Fact]
    public async Task UpsertRecords_WhatWasReadUnderCosine_StaysBitForBit()
    {
        await _host.CreateAsync(Metric.Cosine, Stop, dimension: 40);
        var random = new Random(91);
        await _host.UpsertAsync("cosine", Stop, [.. Enumerable.Range(0, 300).Select(row => GatewayHost.Record(
            $"{row}", [.. Enumerable.Range(0, 40).Select(_ => (random.NextSingle() - .5f) * (row + 1))]))]);
        var list = new ListRecordsRequest { Collection = "cosine", PageSize = 300, IncludeVector = true };
        var first = await _host.Records.ListRecordsAsync(list, cancellationToken: Stop);

        await _host.UpsertAsync("cosine", Stop, [.. first.Records.Select(record =>
            new RecordInput { Id = record.Id, Vector = record.Vector })]);

        var second = await _host.Records.ListRecordsAsync(list, cancellationToken: Stop);
        Assert.Equal(300, first.Records.Count);
        Assert.Equal(
            first.Records.Select(record => record.Vector), second.Records.Select(record => record.Vector));
    }

    [Fact]
    public async Task UpsertRecords_ModelHasAnotherFingerprint_IsRefusedByName()
    {
        _host.Embedder.Fingerprint = "dead";

        var error = await Rejections.ErrorOfAsync(() => _host.UpsertAsync(
            "dot", Stop, new RecordInput { Id = "a", Input = new() { Text = "four" } }));

        Assert.Equal(
            (StatusCode.FailedPrecondition, Reasons.FingerprintMismatch), (error.Code, error.Reason));
        Assert.Equal(("feed", "dead"), (error.Details["expected"], error.Details["given"]));
    }

    [Fact]
    public async Task UpsertRecords_OneShardStaysAway_FailsItsRecordsAndWritesTheOthers()
    {
        _host.Cluster.BeforeWrite = shard =>
            shard == 1 ? throw new ShardUnavailableException("lost") : Task.CompletedTask;
        var ids = Enumerable.Range(0, 20).Select(i => $"r{i}").ToArray();

        var response =
            await _host.UpsertAsync("dot", Stop, [.. ids.Select(id => GatewayHost.Record(id, 1, 2))]);

        var lost =
            ids.Where(id => BucketRouting.ShardOf(System.Text.Encoding.UTF8.GetBytes(id), 4) == 1).ToArray();
        Assert.NotEmpty(lost);
        Assert.Equal(
            lost, response.Statuses.Where(status => status.Error is not null).Select(status => status.Id));
        Assert.All(
            response.Statuses.Where(status => status.Error is not null),
            status => Assert.Equal(
                ((int)StatusCode.Unavailable, Reasons.ShardUnavailable),
                (status.Error.Code, status.Error.Reason)));
        Assert.Equal((uint)(ids.Length - lost.Length), response.UpsertedCount);
        Assert.Equal([0u, 2u, 3u], response.Sequence.Shards.Select(entry => entry.Shard));
    }

    [Fact]
    public async Task UpsertRecords_SameOperationIdTwice_AnswersTheFirstOutcome()
    {
        var request = new UpsertRecordsRequest
        {
            Collection = "dot",
            OperationId = "once",
            Records = { GatewayHost.Record("a", 1, 2) },
        };

        var first = await _host.Records.UpsertRecordsAsync(request, cancellationToken: Stop);
        var second = await _host.Records.UpsertRecordsAsync(request, cancellationToken: Stop);

        Assert.Equal(first, second);
        Assert.Equal("once", first.OperationId);
    }

    [Fact]
    public async Task DeleteRecords_SomeUnknown_CountsTheOthers()
    {
        await _host.UpsertAsync("dot", Stop, GatewayHost.Record("a", 1, 2), GatewayHost.Record("b", 1, 2));

        var response = await _host.Records.DeleteRecordsAsync(
            new() { Collection = "dot", Ids = { "b", "nobody" } }, cancellationToken: Stop);
        var count =
            await _host.Records.CountRecordsAsync(new() { Collection = "dot" }, cancellationToken: Stop);

        Assert.Equal((1u, 1ul), (response.DeletedCount, count.Count));
        Assert.NotEmpty(response.OperationId);
    }

    [Fact]
    public async Task ListRecords_PageByPage_GivesEveryRecordOnceInOrderOfItsBytes()
    {
        var ids = Enumerable.Range(0, 25).Select(i => $"{(i % 2 == 0 ? "z" : "é")}{i:00}").ToArray();
        await _host.UpsertAsync("dot", Stop, [.. ids.Select(id => GatewayHost.Record(id, 1, 2))]);
        var listed = new List<string>();
        var token = string.Empty;
        var pages = 0;

        do
        {
            var page = await _host.Records.ListRecordsAsync(
                new() { Collection = "dot", PageSize = 5, PageToken = token }, cancellationToken: Stop);
            listed.AddRange(page.Records.Select(record => record.Id));
            token = page.NextPageToken;
            pages++;
        }
        while (token.Length > 0);

        Assert.Equal(
            ids.OrderBy(
                id => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(id)), StringComparer.Ordinal),
            listed);
        Assert.Equal(5, pages);
    }

    [Fact]
    public async Task ListRecords_TokenOfAnotherCollection_IsRefused()
    {
        await _host.CreateAsync(Metric.Cosine, Stop);
        await _host.UpsertAsync("dot", Stop, GatewayHost.Record("a", 1, 2), GatewayHost.Record("b", 1, 2));
        var page = await _host.Records.ListRecordsAsync(
            new() { Collection = "dot", PageSize = 1 }, cancellationToken: Stop);

        var error = await Rejections.ErrorOfAsync(() => _host.Records.ListRecordsAsync(
            new() { Collection = "cosine", PageToken = page.NextPageToken },
            cancellationToken: Stop).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "page_token"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task StreamUpsertRecords_BadBatchAmongGoodOnes_IsAnsweredInPlace()
    {
        using var stream = _host.Records.StreamUpsertRecords(cancellationToken: Stop);
        await stream.RequestStream.WriteAsync(Batch("one", "a"), Stop);
        await stream.RequestStream.WriteAsync(Batch("two", "b", "b"), Stop);
        await stream.RequestStream.WriteAsync(Batch("three", "c"), Stop);
        await stream.RequestStream.CompleteAsync();

        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(Stop))
        {
            answers.Add(
                answer.OperationId, answer.Error?.Reason ?? $"{answer.Response.UpsertedCount} written");
        }

        Assert.Equal(
            [("one", "1 written"), ("three", "1 written"), ("two", Reasons.DuplicateId)],
            answers.OrderBy(answer => answer.Key, StringComparer.Ordinal)
                .Select(answer => (answer.Key, answer.Value)));
    }

    private static StreamUpsertRecordsRequest Batch(string operationId, params string[] ids) => new()
    {
        Batch = new()
        {
            Collection = "dot",
            OperationId = operationId,
            Records = { ids.Select(id => GatewayHost.Record(id, 1, 2)) },
        },
    };
}
