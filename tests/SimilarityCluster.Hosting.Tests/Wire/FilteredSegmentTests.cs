using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Processes;
using Filter = SimilarityCluster.Contracts.V1.Filter;
using Metadata = SimilarityCluster.Contracts.V1.Metadata;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>Filters over graphs, which small collections do not have, and a restart.</summary>
public sealed class FilteredSegmentTests
{
    private const string Collection = "segments";
    private const int Count = 3_000;
    private const int Dimension = 16;
    private const int Limit = 10;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_WalkedWithFilters_FindsTheNearestOfWhatIsMeant()
    {
        var records = Draw(seed: 1);
        using var data = new DataFolder();
        await using var server = await StartAsync(data);
        using var channel = Callers.Open(server.GrpcAddress);
        var callers = new Callers(channel);
        await WriteAsync(callers, records);
        await WaitForGraphsAsync(callers);
        var random = new Random(2);
        var (found, wanted, walked) = (0, 0, 0);

        for (var number = 0; number < 60; number++)
        {
            var filter = FilterDraws.Filter(random);
            var meant = records.Where(record => FilterModel.Means(filter, record.Value.Metadata)).ToArray();
            var query = Vector(random);
            var answer = await SearchAsync(callers, query, filter);

            Assert.All(
                answer.Hits,
                hit => Assert.True(FilterModel.Means(filter, records[hit.Id].Metadata), $"{filter}"));
            Assert.Equal(Math.Min(Limit, meant.Length), answer.Hits.Count);
            var nearest = meant.OrderBy(record => Distance(record.Value.Vector, query))
                .Take(Limit)
                .Select(record => record.Key)
                .ToHashSet(StringComparer.Ordinal);
            wanted += nearest.Count;
            found += answer.Hits.Count(hit => nearest.Contains(hit.Id));
            walked += answer.Receipt.Exact ? 0 : 1;
        }

        Assert.True(walked > 0, "No filter was walked with.");
        Assert.True(found >= .97 * wanted, $"Found {found} of the {wanted} nearest.");
    }

    [Fact]
    public async Task DeleteRecords_ByFilterThenARestart_KeepsWhatWasNotMeantAndKnowsTheOperation()
    {
        var records = Draw(seed: 3);
        using var data = new DataFolder();
        var filter = new Filter
        {
            AnyOf = new()
            {
                Filters =
                {
                    FilterDraws.Filter(new Random(4)), new Filter { Exists = new() { Field = "b" } },
                },
            },
        };
        var request =
            new DeleteRecordsRequest { Collection = Collection, OperationId = "once", Filter = filter };
        DeleteRecordsResponse first;
        await using (var server = await StartAsync(data))
        {
            using var channel = Callers.Open(server.GrpcAddress);
            var callers = new Callers(channel);
            await WriteAsync(callers, records);
            first = await callers.Records.DeleteRecordsAsync(request, cancellationToken: Stop);
        }

        await using var again = await StartAsync(data);
        using var way = Callers.Open(again.GrpcAddress);
        var second = await new Callers(way).Records.DeleteRecordsAsync(request, cancellationToken: Stop);
        var listed = await ListAsync(new Callers(way), new Filter { Not = filter });
        var left = await new Callers(way).Records.CountRecordsAsync(
            new() { Collection = Collection }, cancellationToken: Stop);

        var kept = records.Where(record => !FilterModel.Means(filter, record.Value.Metadata)).ToArray();
        Assert.InRange(kept.Length, 1, Count - 1);
        Assert.Equal(kept.Select(record => record.Key), listed, StringComparer.Ordinal);
        Assert.Equal(
            ((uint)(Count - kept.Length), (ulong)kept.Length), (first.DeletedCount, left.Count));
        Assert.Equal(first, second);
    }

    private static Task<EmbeddedCluster> StartAsync(DataFolder data) => EmbeddedCluster.StartAsync(
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:Directory"] = data.Path,
            ["Shard:SegmentBytesLimit"] = "65536",
            ["Shard:TailLimit"] = "256",
        },
        Stop);

    private static SortedDictionary<string, (float[] Vector, Metadata Metadata)> Draw(int seed)
    {
        var random = new Random(seed);
        var records =
            new SortedDictionary<string, (float[] Vector, Metadata Metadata)>(StringComparer.Ordinal);
        for (var row = 0; row < Count; row++)
        {
            records.Add($"{row:D4}", (Vector(random), FilterDraws.Metadata(random)));
        }

        return records;
    }

    private static float[] Vector(Random random) =>
        [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - .5f)];

    private static float Distance(float[] one, float[] other) =>
        one.Zip(other).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second));

    private static async Task WriteAsync(
        Callers callers, SortedDictionary<string, (float[] Vector, Metadata Metadata)> records)
    {
        await callers.CreateAsync(Collection, Metric.Euclidean, Dimension, shardCount: 2);
        foreach (var batch in records.Chunk(1_000))
        {
            var inputs = batch.Select(record => new RecordInput
            {
                Id = record.Key,
                Vector = PackedVector.Pack(record.Value.Vector),
                Metadata = record.Value.Metadata,
            });
            await callers.Records.UpsertRecordsAsync(
                new() { Collection = Collection, Records = { inputs } }, cancellationToken: Stop);
        }
    }

    // Until the graphs have rows; what is found must be right before as well.
    private static async Task WaitForGraphsAsync(Callers callers)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        var query = new float[Dimension];
        while ((await SearchAsync(callers, query, filter: null)).Receipt.Exact)
        {
            Assert.False(patience.IsCancellationRequested, "No graph was walked within a minute.");
        }
    }

    private static async Task<SearchResponse> SearchAsync(Callers callers, float[] query, Filter? filter) =>
        await callers.Searches.SearchAsync(
            new()
            {
                Collection = Collection,
                Query = new Query { Vector = PackedVector.Pack(query) },
                Options = new() { Limit = Limit, SearchBreadth = 200, Filter = filter },
            },
            cancellationToken: Stop);

    private static async Task<List<string>> ListAsync(Callers callers, Filter filter)
    {
        var listed = new List<string>();
        var request = new ListRecordsRequest { Collection = Collection, PageSize = 333, Filter = filter };
        do
        {
            var page = await callers.Records.ListRecordsAsync(request, cancellationToken: Stop);
            listed.AddRange(page.Records.Select(record => record.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return listed;
    }
}
