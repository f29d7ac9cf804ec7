using Google.Protobuf;
using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;
using Metadata = SimilarityCluster.Contracts.V1.Metadata;

namespace SimilarityCluster.Gateway.Tests.Validation;

/// <summary>The bad input table: every row has an exact code, reason and field.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const StatusCode Invalid = StatusCode.InvalidArgument;

    private static readonly Dictionary<string, BadCall> Calls = new(StringComparer.Ordinal)
    {
        ["create, empty name"] = Create(new() { Dimension = 2 }, "name"),
        ["create, capital in name"] = Create(new() { Name = "Cat", Dimension = 2 }, "name"),
        ["create, name climbs"] = Create(new() { Name = "../etc", Dimension = 2 }, "name"),
        ["create, long name"] = Create(new() { Name = new string('a', 129), Dimension = 2 }, "name"),
        ["create, no dimension"] = Create(new() { Name = "n" }, "dimension"),
        ["create, huge dimension"] = Create(new() { Name = "n", Dimension = 8_193 }, "dimension"),
        ["create, unknown metric"] =
            Create(new() { Name = "n", Dimension = 2, Metric = (Metric)9 }, "metric"),
        ["create, many shards"] =
            Create(new() { Name = "n", Dimension = 2, ShardCount = 257 }, "shard_count"),
        ["create, many replicas"] =
            Create(new() { Name = "n", Dimension = 2, ReplicaCount = 9 }, "replica_count"),
        ["create, breadth"] =
            Create(new() { Name = "n", Dimension = 2, SearchBreadth = 10_001 }, "search_breadth"),
        ["create, description"] = Create(
            new() { Name = "n", Dimension = 2, Description = new string('é', 513) }, "description"),
        ["create, operation id"] = Create(
            new() { Name = "n", Dimension = 2, OperationId = new string('o', 129) }, "operation_id"),
        ["create, model climbs"] = Create(new() { Name = "n", Model = "../../etc/passwd" }, "model"),
        ["create, model version climbs"] = Create(new() { Name = "n", Model = "toy@.." }, "model"),
        ["create, model backslash"] = Create(new() { Name = "n", Model = "toy\\x" }, "model"),
        ["create, unknown model"] = new(
            host =>
                host.Collections.CreateCollectionAsync(new() { Name = "n", Model = "none" }).ResponseAsync,
            StatusCode.NotFound, Reasons.ModelNotFound, "model"),
        ["create, model of another dimension"] = Create(
            new() { Name = "n", Model = "toy", Dimension = 3 }, "dimension", Reasons.DimensionMismatch),
        ["create, taken name"] = new(
            host => host.Collections.CreateCollectionAsync(
                new() { Name = "cosine", Dimension = 2 }).ResponseAsync,
            StatusCode.AlreadyExists, Reasons.CollectionExists, "name"),
        ["get, unknown"] = new(
            host => host.Collections.GetCollectionAsync(new() { Name = "none" }).ResponseAsync,
            StatusCode.NotFound, Reasons.CollectionNotFound, "name"),
        ["delete, unknown"] = new(
            host => host.Collections.DeleteCollectionAsync(new() { Name = "none" }).ResponseAsync,
            StatusCode.NotFound, Reasons.CollectionNotFound, "name"),
        ["list, page size"] = new(
            host => host.Collections.ListCollectionsAsync(new() { PageSize = 1_001 }).ResponseAsync,
            Invalid, Reasons.InvalidField, "page_size"),
        ["list, page token"] = new(
            host => host.Collections.ListCollectionsAsync(new() { PageToken = "???" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "page_token"),
        ["update, version"] = new(
            host => host.Collections.UpdateCollectionAsync(
                new() { Name = "cosine", ExpectedVersion = 7 }).ResponseAsync,
            StatusCode.Aborted, Reasons.VersionMismatch, "expected_version"),
        ["update, breadth"] = new(
            host => host.Collections.UpdateCollectionAsync(
                new() { Name = "cosine", SearchBreadth = 0 }).ResponseAsync,
            Invalid, Reasons.InvalidField, "search_breadth"),

        ["search, unknown collection"] = Search(
            new() { Collection = "none", Query = GatewayHost.Query(1, 0) }, "collection",
            Reasons.CollectionNotFound, StatusCode.NotFound),
        ["search, bad collection name"] = Search(
            new() { Collection = "a/b", Query = GatewayHost.Query(1, 0) }, "collection"),
        ["search, no query"] = Search(new() { Collection = "cosine" }, "query"),
        ["search, empty query"] = Search(new() { Collection = "cosine", Query = new() }, "query"),
        ["search, empty vector"] = Search(
            new() { Collection = "cosine", Query = new() { Vector = new() } }, "query.vector"),
        ["search, both forms"] = Search(
            new()
            {
                Collection = "cosine",
                Query =
                    new() { Vector = new() { Data = ByteString.CopyFrom(new byte[8]), Values = { 1, 2 } } },
            },
            "query.vector"),
        ["search, split number"] = Search(
            new()
            {
                Collection = "cosine",
                Query = new() { Vector = new() { Data = ByteString.CopyFrom(1, 2, 3) } }
            },
            "query.vector.data"),
        ["search, dimension"] = Search(
            new() { Collection = "cosine", Query = GatewayHost.Query(1, 2, 3) }, "query.vector",
            Reasons.DimensionMismatch),
        ["search, NaN"] = Search(
            new() { Collection = "euclidean", Query = GatewayHost.Query(1, float.NaN) }, "query.vector",
            Reasons.VectorNotFinite),
        ["search, infinity in values"] = Search(
            new()
            {
                Collection = "cosine",
                Query = new() { Vector = new() { Values = { float.NegativeInfinity, 1 } } },
            },
            "query.vector",
            Reasons.VectorNotFinite),
        ["search, zero under cosine"] = Search(
            new() { Collection = "cosine", Query = GatewayHost.Query(0, 0) }, "query.vector",
            Reasons.VectorIsZero),
        ["search, limit"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { Limit = 10_001 }
            },
            "options.limit"),
        ["search, breadth"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { SearchBreadth = 10_001 },
            },
            "options.search_breadth"),
        ["search, distance not a number"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { MaxDistance = float.NaN },
            },
            "options.max_distance"),
        ["search, target above 1"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { TargetRecall = 1.01f },
            },
            "options.target_recall"),
        ["search, target below 0"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { TargetRecall = -0.5f },
            },
            "options.target_recall"),
        ["search, target not a number"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { TargetRecall = float.NaN },
            },
            "options.target_recall"),
        ["search, target and exact"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { TargetRecall = 0.9f, Exact = true },
            },
            "options.target_recall"),
        ["search, target and breadth"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { TargetRecall = 0.9f, SearchBreadth = 64 },
            },
            "options.target_recall"),
        ["search, shard of sequence"] = Search(
            new()
            {
                Collection = "cosine",
                Query = GatewayHost.Query(1, 0),
                Options = new() { MinSequence = new() { Shards = { new ShardSequence { Shard = 4 } } } },
            },
            "options.min_sequence.shards[0].shard"),
        ["search, empty id"] = Search(
            new() { Collection = "cosine", Query = new() { Id = string.Empty } }, "query.id"),
        ["search, unknown id"] = Search(
            new() { Collection = "cosine", Query = new() { Id = "nobody" } }, "query.id",
            Reasons.RecordNotFound, StatusCode.NotFound),
        ["search, input without model"] = Search(
            new() { Collection = "cosine", Query = new() { Input = new() { Text = "hi" } } }, "query.input",
            Reasons.CollectionHasNoModel, StatusCode.FailedPrecondition),
        ["search, empty input"] = Search(
            new() { Collection = "dot", Query = new() { Input = new() } }, "query.input"),
        ["search, empty image"] = Search(
            new() { Collection = "dot", Query = new() { Input = new() { Image = ByteString.Empty } } },
            "query.input.image", Reasons.ImageUnreadable),
        ["search, image to a text model"] = Search(
            new()
            {
                Collection = "dot",
                Query = new() { Input = new() { Image = ByteString.CopyFrom(1, 2) } },
            },
            "query.input.image", Reasons.ModelDoesNotAccept, StatusCode.FailedPrecondition),
        ["search, long text"] = Search(
            new() { Collection = "dot", Query = new() { Input = new() { Text = new string('x', 65_537) } } },
            "query.input.text"),
        ["search, tensor without axes"] = Search(
            new() { Collection = "dot", Query = new() { Input = new() { Tensor = new() } } },
            "query.input.tensor.shape"),
        ["search, tensor extent"] = Search(
            new()
            {
                Collection = "dot",
                Query = new() { Input = new() { Tensor = new() { Shape = { 1, -1 } } } }
            },
            "query.input.tensor.shape[1]"),
        ["search, tensor bytes"] = Search(
            new()
            {
                Collection = "dot",
                Query = new() { Input = new() { Tensor = new() { Shape = { 2 } } } }
            },
            "query.input.tensor.data"),
        ["batch search, none"] = new(
            host => host.Search.BatchSearchAsync(new() { Collection = "cosine" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "queries"),
        ["batch search, too many"] = new(
            host => host.Search.BatchSearchAsync(new()
            {
                Collection = "cosine",
                Queries = { Enumerable.Range(0, 1_001).Select(_ => GatewayHost.Query(1, 0)) },
            }).ResponseAsync,
            Invalid, Reasons.InvalidField, "queries"),

        ["upsert, none"] = Upsert([], "records"),
        ["upsert, too many"] = Upsert(
            [.. Enumerable.Range(0, 1_001).Select(i => GatewayHost.Record($"r{i}", 1, 0))], "records"),
        ["upsert, id twice"] = Upsert(
            [GatewayHost.Record("a", 1, 0), GatewayHost.Record("b", 1, 0), GatewayHost.Record("a", 0, 1)],
            "records[2].id", Reasons.DuplicateId),
        ["get records, none"] = new(
            host => host.Records.GetRecordsAsync(new() { Collection = "cosine" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "ids"),
        ["get records, long id"] = new(
            host => host.Records.GetRecordsAsync(
                new() { Collection = "cosine", Ids = { "a", new string('é', 257) } }).ResponseAsync,
            Invalid, Reasons.InvalidField, "ids[1]"),
        ["delete records, id twice"] = new(
            host => host.Records.DeleteRecordsAsync(
                new() { Collection = "cosine", Ids = { "a", "a" } }).ResponseAsync,
            Invalid, Reasons.DuplicateId, "ids[1]"),
        ["list records, page token"] = new(
            host => host.Records.ListRecordsAsync(
                new() { Collection = "cosine", PageToken = "AAAA" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "page_token"),
        ["list records, page size"] = new(
            host => host.Records.ListRecordsAsync(
                new() { Collection = "cosine", PageSize = 1_001 }).ResponseAsync,
            Invalid, Reasons.InvalidField, "page_size"),
        ["embed, model climbs"] = new(
            host => host.Embedding.EmbedAsync(
                new() { Model = "..", Inputs = { new RawInput { Text = "x" } } }).ResponseAsync,
            Invalid, Reasons.InvalidField, "model"),
        ["embed, none"] = new(
            host => host.Embedding.EmbedAsync(new() { Model = "toy" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "inputs"),
        ["model, unknown"] = new(
            host => host.Embedding.GetModelAsync(new() { Model = "none" }).ResponseAsync,
            StatusCode.NotFound, Reasons.ModelNotFound, "model"),
        ["model, version climbs"] = new(
            host => host.Embedding.GetModelAsync(new() { Model = "toy@../2" }).ResponseAsync,
            Invalid, Reasons.InvalidField, "model"),
    };

    private GatewayHost _host = null!;

    public static TheoryData<string> Names => [.. Calls.Keys];

    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        _host = await GatewayHost.StartAsync(stop);
        await _host.CreateAsync(Metric.Cosine, stop);
        await _host.CreateAsync(Metric.Euclidean, stop);
        await _host.CreateAsync(Metric.Dot, stop, model: "toy");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Call_BadInput_FailsWithItsCodeReasonAndField(string name)
    {
        var call = Calls[name];

        var error = await Rejections.ErrorOfAsync(() => call.Call(_host));

        Assert.Equal((call.Code, call.Reason, call.Field), (error.Code, error.Reason, error.Field));
    }

    [Fact]
    public async Task UpsertRecords_BadRecordsAmongGoodOnes_EachHasItsErrorAndTheGoodOnesAreWritten()
    {
        var stop = TestContext.Current.CancellationToken;
        var many = new Metadata();
        for (var i = 0; i <= WireLimits.MaxMetadataFields; i++)
        {
            many.Fields.Add($"f{i}", new MetadataValue { BoolValue = true });
        }

        (RecordInput Record, string Reason, string Field)[] rows =
        [
            (GatewayHost.Record("good", 1, 0), string.Empty, string.Empty),
            (GatewayHost.Record(string.Empty, 1, 0), Reasons.InvalidField, "records[1].id"),
            (GatewayHost.Record(new string('i', 513), 1, 0), Reasons.InvalidField, "records[2].id"),
            (new RecordInput { Id = "n" }, Reasons.InvalidField, "records[3]"),
            (GatewayHost.Record("d", 1, 2, 3), Reasons.DimensionMismatch, "records[4].vector"),
            (GatewayHost.Record("f", 1, float.PositiveInfinity), Reasons.VectorNotFinite,
                "records[5].vector"),
            (GatewayHost.Record("z", 0, 0), Reasons.VectorIsZero, "records[6].vector"),
            (new RecordInput { Id = "t", Input = new() { Text = "x" } }, Reasons.CollectionHasNoModel,
                "records[7].input"),
            (With("m", many), Reasons.InvalidField, "records[8].metadata.fields"),
            (With("k", Field("k", new MetadataValue())), Reasons.InvalidField,
                "records[9].metadata.fields[k].kind"),
            (With("q", Field("q", new MetadataValue { DoubleValue = double.NaN })), Reasons.InvalidField,
                "records[10].metadata.fields[q].double_value"),
            (With("e", Field(string.Empty, new MetadataValue { BoolValue = true })), Reasons.InvalidField,
                "records[11].metadata.fields"),
            (With("b", Field("b", new MetadataValue { BytesValue = ByteString.CopyFrom(new byte[65_536]) })),
                Reasons.InvalidField, "records[12].metadata"),
            (With("l", Field("l", new MetadataValue
                {
                    ListValue = new() { Values = { Enumerable.Repeat("x", 1_025) } },
                })),
                Reasons.InvalidField, "records[13].metadata.fields[l].list_value"),
            (GatewayHost.Record("also good", 0, 1e-30f), string.Empty, string.Empty),
        ];

        var response = await _host.UpsertAsync("cosine", stop, [.. rows.Select(row => row.Record)]);

        Assert.Equal(
            rows.Select(row => (row.Reason, row.Field)),
            response.Statuses.Select(status =>
                (status.Error?.Reason ?? string.Empty, status.Error?.Field ?? string.Empty)));
        Assert.Equal(2u, response.UpsertedCount);
        Assert.All(
            response.Statuses.Where(status => status.Error is not null),
            status => Assert.NotEqual((int)StatusCode.OK, status.Error.Code));
    }

    [Fact]
    public async Task UpsertRecords_OversizedMessage_FailsWithMessageTooLarge()
    {
        var record = GatewayHost.Record("big", 1, 0);
        record.Metadata =
            Field("b", new MetadataValue { BytesValue = ByteString.CopyFrom(new byte[33_554_433]) });

        var error =
            await Rejections.ErrorOfAsync(() => _host.UpsertAsync("cosine", CancellationToken.None, record));

        Assert.Equal(
            (StatusCode.ResourceExhausted, Reasons.MessageTooLarge, null),
            (error.Code, error.Reason, error.RetryAfter));
    }

    [Fact]
    public async Task StreamUpsertRecords_OversizedMessage_FailsWithMessageTooLarge()
    {
        var record = GatewayHost.Record("big", 1, 0);
        record.Metadata =
            Field("b", new MetadataValue { BytesValue = ByteString.CopyFrom(new byte[33_554_433]) });
        using var stream = _host.Records.StreamUpsertRecords(
            cancellationToken: TestContext.Current.CancellationToken);

        var error = await Rejections.ErrorOfAsync(async () =>
        {
            var reading = stream.ResponseStream.MoveNext(CancellationToken.None);
            try
            {
                await stream.RequestStream.WriteAsync(
                    new() { Batch = new() { Collection = "cosine", Records = { record } } },
                    CancellationToken.None);
            }
            catch (RpcException)
            {
                // The refusal may come while the message is still being sent; reading shows it.
            }

            await reading;
        });

        Assert.Equal(Reasons.MessageTooLarge, error.Reason);
    }

    private static Metadata Field(string name, MetadataValue value) => new() { Fields = { { name, value } } };

    private static RecordInput With(string id, Metadata metadata)
    {
        var record = GatewayHost.Record(id, 1, 0);
        record.Metadata = metadata;
        return record;
    }

    private static BadCall Create(
        CreateCollectionRequest request, string field, string reason = Reasons.InvalidField) =>
        new(host => host.Collections.CreateCollectionAsync(request).ResponseAsync, Invalid, reason, field);

    private static BadCall Search(
        SearchRequest request, string field, string reason = Reasons.InvalidField,
        StatusCode code = Invalid) =>
        new(host => host.Search.SearchAsync(request).ResponseAsync, code, reason, field);

    private static BadCall Upsert(
        RecordInput[] records, string field, string reason = Reasons.InvalidField) =>
        new(host => host.UpsertAsync("cosine", CancellationToken.None, records), Invalid, reason, field);

    private sealed record BadCall(Func<GatewayHost, Task> Call, StatusCode Code, string Reason, string Field);
}
