using Grpc.Core;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;

namespace SimilarityCluster.Hosting.Tests.Processes;

public sealed class DrainTests
{
    [Fact]
    public async Task Terminate_UnderWriteLoad_FailsCleanlyAndLosesNothingAcknowledged()
    {
        using var data = new DataFolder();
        var load = new WriteLoad(seed: 5);
        await using (var server = await ServerProcess.StartServerAsync("--data", data.Path))
        {
            await WriteLoad.CreateAsync(server);

            await load.RunAsync(server, () => Task.Run(server.Terminate), writes: 100);

            Assert.Equal(0, await server.WaitForExitAsync());
            Assert.All(load.Failures, failure => Assert.Equal(StatusCode.Unavailable, failure.StatusCode));
        }

        await using var next = await ServerProcess.StartServerAsync("--data", data.Path);
        await load.VerifyAsync(next);
    }

    [Fact]
    public async Task Terminate_WithAnOpenStream_AnswersWhatItReadAndEndsTheStream()
    {
        using var data = new DataFolder();
        await using var server = await ServerProcess.StartServerAsync("--data", data.Path);
        using var channel = Callers.Open(server.GrpcAddress);
        var callers = new Callers(channel);
        await callers.CreateAsync("stream", Metric.Euclidean, 2);
        using var stream = callers.Records.StreamUpsertRecords(
            cancellationToken: TestContext.Current.CancellationToken);
        await stream.RequestStream.WriteAsync(
            new StreamUpsertRecordsRequest
            {
                Batch = new UpsertRecordsRequest
                {
                    Collection = "stream",
                    Records = { Callers.Record("a", 1, 2) },
                },
            },
            TestContext.Current.CancellationToken);
        Assert.True(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(1u, stream.ResponseStream.Current.Response.UpsertedCount);

        server.Terminate();

        var end = await Assert.ThrowsAsync<RpcException>(
            () => stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        Assert.Equal(0, await server.WaitForExitAsync());
    }
}
