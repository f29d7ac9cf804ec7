using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Tests.Fakes;

namespace SimilarityCluster.Gateway.Tests.Admission;

public sealed class AdmissionLimitTests
{
    [Fact]
    public void Enter_UpToTheLimit_IsAdmittedAndGivenBack()
    {
        var limit = new AdmissionLimit(10, "queries");

        using (limit.Enter(4))
        using (limit.Enter(6))
        {
            Assert.Equal(10, limit.InFlight);
        }

        Assert.Equal(0, limit.InFlight);
    }

    [Fact]
    public void Enter_BeyondTheLimit_IsRefusedWithADelayAndHoldsNothing()
    {
        var limit = new AdmissionLimit(10, "queries");
        using var held = limit.Enter(8);

        var error = ServiceError.FromRpcException(Assert.Throws<RpcException>(() => limit.Enter(3)));

        Assert.Equal((StatusCode.ResourceExhausted, Reasons.Overloaded), (error!.Code, error.Reason));
        Assert.NotNull(error.RetryAfter);
        Assert.Equal(8, limit.InFlight);
    }

    [Fact]
    public async Task BatchSearch_WhileSearchesAreInFlight_CountsEveryQuery()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var host = await GatewayHost.StartAsync(stop, ("Gateway:MaxQueriesInFlight", "5"));
        await host.CreateAsync(Metric.Cosine, stop, shards: 1);
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        host.Cluster.BeforeSearch = (_, _) =>
        {
            entered.TrySetResult();
            return release.Task;
        };
        var held = host.Search.BatchSearchAsync(Batch(3), cancellationToken: stop).ResponseAsync;
        await entered.Task.WaitAsync(stop);

        var error = await Rejections.ErrorOfAsync(
            () => host.Search.BatchSearchAsync(Batch(3), cancellationToken: stop).ResponseAsync);
        release.SetResult();
        var admitted = await host.Search.BatchSearchAsync(Batch(2), cancellationToken: stop);

        Assert.Equal(Reasons.Overloaded, error.Reason);
        Assert.NotNull(error.RetryAfter);
        Assert.Equal(2, admitted.Results.Count);
        Assert.Equal(3, (await held).Results.Count);
    }

    [Fact]
    public async Task BatchSearch_LargerThanTheWholeLimit_IsRefusedForGood()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var host = await GatewayHost.StartAsync(stop, ("Gateway:MaxQueriesInFlight", "5"));
        await host.CreateAsync(Metric.Cosine, stop);

        var error = await Rejections.ErrorOfAsync(
            () => host.Search.BatchSearchAsync(Batch(6), cancellationToken: stop).ResponseAsync);

        Assert.Equal(
            (Reasons.InvalidField, "queries", "1 to 5", null),
            (error.Reason, error.Field, error.Details["expected"], error.RetryAfter));
    }

    private static BatchSearchRequest Batch(int count) => new()
    {
        Collection = "cosine",
        Queries = { Enumerable.Range(0, count).Select(_ => GatewayHost.Query(1, 0)) },
    };
}
