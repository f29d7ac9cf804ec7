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
