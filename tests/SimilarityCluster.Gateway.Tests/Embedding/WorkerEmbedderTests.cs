using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Tests.Fakes;

namespace SimilarityCluster.Gateway.Tests.Embedding;

public sealed class WorkerEmbedderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_OneOfTwoWorkersDies_EveryCallIsAnswered()
    {
        await using var first = await FakeWorker.StartAsync(Stop);
        await using var second = await FakeWorker.StartAsync(Stop);
        using var embedder = Create(first.Address, second.Address);
        for (var i = 0; i < 10; i++)
        {
            await embedder.EmbedAsync(Request(), deadline: null, Stop);
        }

        Assert.True(first.CallCount > 0 && second.CallCount > 0, "Both workers have their turn.");
        await first.DisposeAsync();
        var before = second.CallCount;

        for (var i = 0; i < 10; i++)
        {
            var response = await embedder.EmbedAsync(Request(), deadline: null, Stop);
            Assert.Equal([3f], PackedVector.ToArray(Assert.Single(response.Results).Vector));
        }

        Assert.Equal(10, second.CallCount - before);
    }

    [Fact]
    public async Task EmbedAsync_BothWorkersAreAway_TriesEachOnceAndFails()
    {
        await using var first = await FakeWorker.StartAsync(Stop);
        await using var second = await FakeWorker.StartAsync(Stop);
        first.Failure = second.Failure = new RpcException(new Status(StatusCode.Unavailable, "away"));
        using var embedder = Create(first.Address, second.Address);

        var error = await Rejections.ErrorOfAsync(() => embedder.EmbedAsync(Request(), deadline: null, Stop));

        Assert.Equal((StatusCode.Unavailable, Reasons.EmbedderUnavailable), (error.Code, error.Reason));
        Assert.Equal((1, 1), (first.CallCount, second.CallCount));
    }

    [Fact]
    public async Task EmbedAsync_NoWorkers_FailsWithEmbedderUnavailable()
    {
        using var embedder = Create();

        var error = await Rejections.ErrorOfAsync(() => embedder.EmbedAsync(Request(), deadline: null, Stop));

        Assert.Equal((Reasons.EmbedderUnavailable, true), (error.Reason, error.RetryAfter is not null));
    }

    [Fact]
    public async Task EmbedAsync_WorkerRefuses_GivesItsErrorOnWithoutAnotherTry()
    {
        await using var first = await FakeWorker.StartAsync(Stop);
        await using var second = await FakeWorker.StartAsync(Stop);
        first.Failure = second.Failure = ServiceErrors.ModelNotFound("model", "none").ToRpcException();
        using var embedder = Create(first.Address, second.Address);

        var error = await Rejections.ErrorOfAsync(() => embedder.EmbedAsync(Request(), deadline: null, Stop));

        Assert.Equal(
            (StatusCode.NotFound, Reasons.ModelNotFound, "model"), (error.Code, error.Reason, error.Field));
        Assert.Equal(1, first.CallCount + second.CallCount);
    }

    [Fact]
    public async Task EmbedAsync_DeadlineHasPassed_FailsWithDeadlineExpired()
    {
        await using var worker = await FakeWorker.StartAsync(Stop);
        using var embedder = Create(worker.Address);

        var error = await Rejections.ErrorOfAsync(
            () => embedder.EmbedAsync(Request(), deadline: DateTime.UnixEpoch, Stop));

        Assert.Equal((StatusCode.DeadlineExceeded, Reasons.DeadlineExpired), (error.Code, error.Reason));
    }

    private static WorkerEmbedder Create(params Uri[] workers)
    {
        var options = new WorkerOptions();
        foreach (var worker in workers)
        {
            options.Workers.Add(worker);
        }

        return new WorkerEmbedder(
            Options.Create(options), TimeProvider.System, NullLogger<WorkerEmbedder>.Instance);
    }

    private static EmbedRequest Request() =>
        new() { Model = "toy", Inputs = { new RawInput { Text = "abc" } } };

    private sealed class FakeWorker : EmbeddingService.EmbeddingServiceBase, IAsyncDisposable
    {
        private WebApplication _app = null!;

        public int CallCount { get; private set; }

        public RpcException? Failure { get; set; }

        public Uri Address { get; private set; } = null!;

        public static async Task<FakeWorker> StartAsync(CancellationToken cancellationToken)
        {
            var worker = new FakeWorker();
            var builder = Loopback.CreateBuilder();
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(worker);
            worker._app = builder.Build();
            worker._app.MapGrpcService<FakeWorker>();
            await worker._app.StartAsync(cancellationToken);
            worker.Address = Loopback.AddressOf(worker._app);
            return worker;
        }

        public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
        {
            CallCount++;
            return Failure is null
                ? Task.FromResult(new EmbedResponse
                {
                    Model = "toy@1",
                    Results =
                        { new EmbedResult { Vector = PackedVector.Pack([request.Inputs[0].Text.Length]) } },
                })
                : throw Failure;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
