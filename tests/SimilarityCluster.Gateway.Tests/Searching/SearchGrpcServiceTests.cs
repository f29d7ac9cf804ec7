using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Tests.Searching;

public sealed class SearchGrpcServiceTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(Stop, ("Gateway:RelocationTime", "00:00:00.2"));
        await _host.CreateAsync(Metric.Euclidean, Stop);
        await _host.UpsertAsync(
            "euclidean", Stop,
            [.. Enumerable.Range(0, 40).Select(i => GatewayHost.Record($"r{i:00}", i, 0))]);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Search_StoredDataIsDamaged_IsDataLossNamingTheObject()
    {
        _host.Cluster.BeforeSearch = (_, _) => throw new ShardDamagedException("Object 'k' is damaged.");

        var error = await Rejections.ErrorOfAsync(() => SearchAsync(GatewayHost.Query(0, 0)));

        Assert.Equal((StatusCode.DataLoss, Reasons.DataDamaged), (error.Code, error.Reason));
        Assert.Contains("Object 'k'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_Vector_GivesTheNearestOfAllSilosWithAReceipt()
    {
        var response = await SearchAsync(GatewayHost.Query(20, 0), new() { Limit = 3, Exact = true });

        Assert.Equal(
            [("r20", 0f), ("r19", 1f), ("r21", 1f)], response.Hits.Select(hit => (hit.Id, hit.Distance)));
        Assert.Equal(
            (4u, 4u, true, 0u),
            (response.Receipt.ShardsAsked, response.Receipt.ShardsAnswered, response.Receipt.Exact,
                response.Receipt.SearchBreadth));
        Assert.Equal(["queue", "fan_out", "merge"], response.Receipt.Stages.Select(stage => stage.Stage));
        Assert.Equal(2, _host.Cluster.Searches.Count);
    }

    [Fact]
    public async Task Search_RawInput_CountsBothWaitsAsOneStage()
    {
        await _host.CreateAsync(Metric.Dot, Stop, model: "toy");
        var response = await _host.Search.SearchAsync(
            new() { Collection = "dot", Query = new() { Input = new() { Text = "four" } } },
            cancellationToken: Stop);

        Assert.Equal(
            ["queue", "inference", "fan_out", "merge"],
            response.Receipt.Stages.Select(stage => stage.Stage));
        Assert.True(response.Receipt.Stages[0].Duration.ToTimeSpan() >= FakeEmbedder.Waited);
    }

    [Fact]
    public async Task Search_MaxDistance_IsTakenToTheShardsWithTheBreadthAsItIs()
    {
        await SearchAsync(GatewayHost.Query(20, 0), new() { MaxDistance = 0.25f, Limit = 100 });
        await SearchAsync(GatewayHost.Query(20, 0), new());

        Assert.Equal(
            [(0.25f, 64), (null, 64)],
            _host.Cluster.Searches.Select(search => (search.MaxDistance, search.SearchBreadth)).Distinct());
    }

    [Theory]
    [InlineData(48)]
    [InlineData(0)]
    public async Task Search_TargetRecall_IsTakenToTheShardsAndTheirBreadthReported(int breadth)
    {
        _host.Cluster.BreadthForTargets = breadth;
        var response = await SearchAsync(GatewayHost.Query(20, 0), new() { TargetRecall = 0.95f });

        Assert.Equal((breadth == 0, (uint)breadth), (response.Receipt.Exact, response.Receipt.SearchBreadth));
        Assert.All(_host.Cluster.Searches, search =>
            Assert.Equal((0.95f, 0, false), (search.TargetRecall, search.SearchBreadth, search.Exact)));
    }

    [Fact]
    public async Task Search_LimitAboveTheBreadth_WalksAndReportsTheLimit()
    {
        var response = await SearchAsync(GatewayHost.Query(20, 0), new() { Limit = 100 });

        Assert.Equal((false, 100u), (response.Receipt.Exact, response.Receipt.SearchBreadth));
        Assert.Equal(40, response.Hits.Count);
    }

    [Fact]
    public async Task Search_Id_LeavesTheRecordOutAndFillsTheLimit()
    {
        var response = await SearchAsync(new Query { Id = "r20" }, new() { Limit = 3 });

        Assert.Equal(["r19", "r21", "r18"], response.Hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task Search_CosineVector_IsNormalisedBeforeItLeaves()
    {
        await _host.CreateAsync(Metric.Cosine, Stop);
        await _host.UpsertAsync("cosine", Stop, GatewayHost.Record("a", 3e20f, 4e20f));

        var response = await _host.Search.SearchAsync(
            new()
            {
                Collection = "cosine",
                Query = new() { Vector = new() { Values = { 6e-20f, 8e-20f } } },
                Options = new() { IncludeVector = true },
            },
            cancellationToken: Stop);

        var hit = Assert.Single(response.Hits);
        Assert.Equal(0, hit.Distance, 1e-6f);
        Assert.Equal([0.6f, 0.8f], PackedVector.ToArray(hit.Vector));
    }

    [Fact]
    public async Task BatchSearch_MixedQueries_AskEachSiloOnceAndErrInPlace()
    {
        var response = await _host.Search.BatchSearchAsync(
            new()
            {
                Collection = "euclidean",
                Queries =
                {
                    GatewayHost.Query(5, 0), GatewayHost.Query(1, 2, 3), new Query { Id = "r07" },
                    new Query { Id = "nobody" }, new Query(), GatewayHost.Query(float.NaN, 0),
                    GatewayHost.Query(39, 0),
                },
                Options = new() { Limit = 1 },
            },
            cancellationToken: Stop);

        Assert.Equal(
            ["r05", "DIMENSION_MISMATCH queries[1].vector", "r06", "RECORD_NOT_FOUND queries[3].id",
                "INVALID_FIELD queries[4]", "VECTOR_NOT_FINITE queries[5].vector", "r39"],
            response.Results.Select(result => result.Error is { } error
                ? $"{error.Reason} {error.Field}"
                : Assert.Single(result.Hits).Id));
        Assert.Equal(2, _host.Cluster.Searches.Count);
        Assert.All(_host.Cluster.Searches, search => Assert.Equal(3, search.QueryCount));
    }

    [Fact]
    public async Task Search_ShardsHaveMoved_AreLocatedAgainAndAllAnswer()
    {
        await SearchAsync(GatewayHost.Query(0, 0));
        _host.Cluster.SiloOf = shard => shard == 3 ? "silo-c" : "silo-b";

        var response = await SearchAsync(GatewayHost.Query(0, 0), new() { Limit = 100 });

        Assert.Equal(40, response.Hits.Count);
        Assert.Equal(4u, response.Receipt.ShardsAnswered);
    }

    [Fact]
    public async Task Search_SiloRefusesOnce_IsAskedAgain()
    {
        var failures = 1;
        _host.Cluster.BeforeSearch = (silo, _) =>
            string.Equals(silo, "silo-a", StringComparison.Ordinal)
                && Interlocked.Decrement(ref failures) >= 0
                ? throw new ShardUnavailableException("moving")
                : Task.CompletedTask;

        var response = await SearchAsync(GatewayHost.Query(0, 0), new() { Limit = 100 });

        Assert.Equal(40, response.Hits.Count);
    }

    [Fact]
    public async Task Search_SiloStaysAway_FailsAndCountsWhatAnswered()
    {
        LoseSiloA();

        var error = await Rejections.ErrorOfAsync(() => SearchAsync(GatewayHost.Query(0, 0)));

        Assert.Equal((StatusCode.Unavailable, Reasons.ShardUnavailable), (error.Code, error.Reason));
        Assert.Equal(("4", "2"), (error.Details["expected"], error.Details["given"]));
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task Search_SiloStaysAwayAndPartialIsAllowed_AnswersAndSaysSo()
    {
        LoseSiloA();

        var response = await SearchAsync(GatewayHost.Query(0, 0), new() { Limit = 100, AllowPartial = true });

        Assert.Equal((4u, 2u), (response.Receipt.ShardsAsked, response.Receipt.ShardsAnswered));
        Assert.InRange(response.Hits.Count, 1, 39);
    }

    [Fact]
    public async Task Search_SiloIsFull_FailsWithOverloaded()
    {
        _host.Cluster.BeforeSearch = (_, _) => throw new SiloOverloadedException("full", 7);

        var error = await Rejections.ErrorOfAsync(() => SearchAsync(GatewayHost.Query(0, 0)));

        Assert.Equal((StatusCode.ResourceExhausted, Reasons.Overloaded), (error.Code, error.Reason));
    }

    [Fact]
    public async Task Search_SiloBreaksARule_FailsWithInternalAndAnIncident()
    {
        _host.Cluster.BeforeSearch = (_, _) => throw new InvalidOperationException("secret detail");

        var error = await Rejections.ErrorOfAsync(() => SearchAsync(GatewayHost.Query(0, 0)));

        Assert.Equal((StatusCode.Internal, Reasons.Internal), (error.Code, error.Reason));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_CallerCancels_CancelsTheWalk()
    {
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        _host.Cluster.BeforeSearch = async (_, stop) =>
        {
            entered.TrySetResult();
            await using var registration = stop.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
            stop.ThrowIfCancellationRequested();
        };
        using var source = new CancellationTokenSource();
        var search = _host.Search.SearchAsync(
            new() { Collection = "euclidean", Query = GatewayHost.Query(0, 0) },
            cancellationToken: source.Token);
        await entered.Task.WaitAsync(Stop);

        await source.CancelAsync();

        Assert.Equal(
            StatusCode.Cancelled,
            (await Assert.ThrowsAsync<RpcException>(() => search.ResponseAsync)).StatusCode);
        await cancelled.Task.WaitAsync(Stop);
    }

    [Fact]
    public async Task Search_DeadlinePassesDuringTheWalk_FailsAndTheGatewayGoesOn()
    {
        _host.Cluster.BeforeSearch = (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _host.Search.SearchAsync(
            new() { Collection = "euclidean", Query = GatewayHost.Query(0, 0) },
            deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(100),
            cancellationToken: Stop));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        _host.Cluster.BeforeSearch = (_, _) => Task.CompletedTask;
        Assert.NotEmpty((await SearchAsync(GatewayHost.Query(0, 0))).Hits);
    }

    [Fact]
    public async Task Search_CollectionMadeAnewElsewhere_IsNotAnsweredFromTheOldOne()
    {
        await SearchAsync(GatewayHost.Query(0, 0));
        // Behind the gateway's back, as another gateway would.
        await _host.Cluster.Catalog.DeleteAsync("euclidean", "d", Stop);
        await _host.Cluster.Catalog.CreateAsync(
            new()
            {
                Name = "euclidean",
                Id = new Guid("0a0a0a0a-0000-0000-0000-000000000001"),
                Metric = 3,
                Dimension = 3,
                Model = string.Empty,
                Fingerprint = string.Empty,
                ShardCount = 2,
                ReplicaCount = 0,
                LabelField = string.Empty,
                SearchBreadth = 64,
                Description = string.Empty,
                CreatedAt = DateTimeOffset.UnixEpoch,
                Version = 1,
            },
            "c",
            Stop);

        var upsert = await _host.UpsertAsync("euclidean", Stop, GatewayHost.Record("new", 1, 2, 3));
        var response = await SearchAsync(GatewayHost.Query(1, 2, 3));

        Assert.Equal(1u, upsert.UpsertedCount);
        Assert.Equal(["new"], response.Hits.Select(hit => hit.Id));
        Assert.Equal(2u, response.Receipt.ShardsAsked);
    }

    [Fact]
    public async Task Search_CollectionDroppedElsewhere_FailsWithCollectionNotFound()
    {
        await SearchAsync(GatewayHost.Query(0, 0));
        await _host.Cluster.Catalog.DeleteAsync("euclidean", "d", Stop);

        var error = await Rejections.ErrorOfAsync(() => SearchAsync(GatewayHost.Query(0, 0)));

        Assert.Equal((StatusCode.NotFound, Reasons.CollectionNotFound, "collection"),
            (error.Code, error.Reason, error.Field));
    }

    [Fact]
    public async Task StreamSearch_BadQueriesAmongGoodOnes_AreAnsweredByTheirIds()
    {
        using var stream = _host.Search.StreamSearch(cancellationToken: Stop);
        for (var i = 0; i < 100; i++)
        {
            var query = i % 10 == 3 ? GatewayHost.Query(1, 2, 3) : GatewayHost.Query(i % 40, 0);
            await stream.RequestStream.WriteAsync(
                new()
                {
                    RequestId = (ulong)i,
                    Request = i == 50 ? null : new() { Collection = "euclidean", Query = query },
                },
                Stop);
        }

        await stream.RequestStream.CompleteAsync();
        var answers = new Dictionary<ulong, string>();
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(Stop))
        {
            answers.Add(
                answer.RequestId,
                answer.Error is { } error ? $"{error.Reason} {error.Field}" : answer.Response.Hits[0].Id);
        }

        Assert.Equal(100, answers.Count);
        Assert.Equal("INVALID_FIELD request", answers[50]);
        Assert.All(answers.Where(answer => answer.Key != 50), answer => Assert.Equal(
            answer.Key % 10 == 3
                ? "DIMENSION_MISMATCH query.vector"
                : $"r{answer.Key % 40:00}", answer.Value));
    }

    private async Task<SearchResponse> SearchAsync(Query query, SearchOptions? options = null) =>
        await _host.Search.SearchAsync(
            new() { Collection = "euclidean", Query = query, Options = options }, cancellationToken: Stop);

    private void LoseSiloA() => _host.Cluster.BeforeSearch = (silo, _) =>
        string.Equals(silo, "silo-a", StringComparison.Ordinal)
            ? throw new ShardUnavailableException("lost")
            : Task.CompletedTask;
}
