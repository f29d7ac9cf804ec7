using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>Searches through the gateway and over several shards.</summary>
/// <param name="server">The server.</param>
public sealed class SearchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Dimension = 8;
    private const int Count = 900;
    private const int Limit = 25;

    [Theory]
    [InlineData(Metric.Euclidean, 1)]
    [InlineData(Metric.Dot, 2)]
    public async Task Search_ExactOverSevenShards_EqualsOneBigIndex(Metric metric, int seed)
    {
        var collection = $"exact-{seed}";
        // Small whole numbers: distances are exact in float32, and many are equal.
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, Count).ToDictionary(
            row => $"record-{row}", _ => Draw(random), StringComparer.Ordinal);
        await server.Callers.CreateAsync(collection, metric, Dimension, shardCount: 7);
        await server.Callers.Records.UpsertRecordsAsync(new UpsertRecordsRequest
        {
            Collection = collection,
            Records = { vectors.Select(pair => Callers.Record(pair.Key, pair.Value)) },
        }, cancellationToken: TestContext.Current.CancellationToken);

        for (var number = 0; number < 20; number++)
        {
            var query = Draw(random);
            var response = await server.Callers.Searches.SearchAsync(new SearchRequest
            {
                Collection = collection,
                Query = new Query { Vector = PackedVector.Pack(query) },
                Options = new SearchOptions { Limit = Limit, Exact = true },
            }, cancellationToken: TestContext.Current.CancellationToken);

            var expected = vectors
                .Select(pair => (Distance: Distance(metric, query, pair.Value), pair.Key))
                .OrderBy(hit => hit.Distance).ThenBy(hit => hit.Key, StringComparer.Ordinal)
                .Take(Limit);
            Assert.Equal(expected, response.Hits.Select(hit => (hit.Distance, hit.Id)));
            Assert.Equal((7u, 7u, true), (
                response.Receipt.ShardsAsked, response.Receipt.ShardsAnswered, response.Receipt.Exact));
        }
    }

    [Fact]
    public async Task Search_DeadlineThatIsOver_FailsAndTheServerGoesOn()
    {
        await server.Callers.CreateAsync("deadline", Metric.Euclidean, Dimension);
        await server.Callers.Records.UpsertRecordsAsync(new UpsertRecordsRequest
        {
            Collection = "deadline",
            Records = { Callers.Record("a", new float[Dimension]) },
        }, cancellationToken: TestContext.Current.CancellationToken);
        var request = new SearchRequest
        {
            Collection = "deadline",
            Query = new Query { Vector = PackedVector.Pack(new float[Dimension]) },
        };

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Callers.Searches.SearchAsync(
                request,
                deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMicroseconds(50),
                cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        var next = await server.Callers.Searches.SearchAsync(
            request, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(next.Hits).Id);
    }

    private static float[] Draw(Random random) =>
        [.. Enumerable.Range(0, Dimension).Select(_ => (float)random.Next(-3, 4))];

    private static float Distance(Metric metric, float[] a, float[] b)
    {
        var pairs = a.Zip(b);
        return metric == Metric.Dot
            ? -pairs.Sum(pair => pair.First * pair.Second)
            : MathF.Sqrt(pairs.Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)));
    }
}
