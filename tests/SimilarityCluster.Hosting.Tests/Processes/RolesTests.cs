using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;

namespace SimilarityCluster.Hosting.Tests.Processes;

public sealed class RolesTests
{
    [Fact]
    public async Task Kill_TheOnlySiloAndStartAnother_LosesNothingAcknowledged()
    {
        await using var redis = await RedisServer.StartAsync();
        using var data = new DataFolder();
        string[] cluster = ["--Cluster:Membership", "redis", "--Cluster:Redis", redis.Address];
        string[] siloArguments = ["--role", "silo", "--data", data.Path, .. cluster];
        await using var silo = await ServerProcess.StartServerAsync(siloArguments);
        await using var gateway = await ServerProcess.StartServerAsync(
            ["--role", "gateway", "--Embedding:Workers:0", "http://127.0.0.1:1", .. cluster]);
        using var channel = Callers.Open(gateway.GrpcAddress);
        var callers = new Callers(channel);
        await callers.CreateAsync("roles", Metric.Euclidean, 2, shardCount: 3);
        var ids = Enumerable.Range(0, 50).Select(number => $"record-{number:D2}").ToList();
        var written = await callers.Records.UpsertRecordsAsync(new UpsertRecordsRequest
        {
            Collection = "roles",
            Records = { ids.Select((id, number) => Callers.Record(id, number, 1)) },
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(50u, written.UpsertedCount);
        Assert.Equal("record-07", await NearestAsync(callers, 7));

        await silo.KillAsync();
        await using var next = await ServerProcess.StartServerAsync(siloArguments);

        await Eventually.AnswersAsync(
            async token => await callers.Records.CountRecordsAsync(
                new CountRecordsRequest { Collection = "roles" }, cancellationToken: token),
            TimeSpan.FromSeconds(60),
            gateway);
        var listed = await callers.Records.ListRecordsAsync(
            new ListRecordsRequest { Collection = "roles" },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(ids, listed.Records.Select(record => record.Id), StringComparer.Ordinal);
        Assert.Equal("record-42", await NearestAsync(callers, 42));
    }

    private static async Task<string> NearestAsync(Callers callers, int number)
    {
        var response = await callers.Searches.SearchAsync(new SearchRequest
        {
            Collection = "roles",
            Query = new Query { Vector = PackedVector.Pack([number, 1]) },
            Options = new SearchOptions { Limit = 1 },
        });
        return Assert.Single(response.Hits).Id;
    }
}
