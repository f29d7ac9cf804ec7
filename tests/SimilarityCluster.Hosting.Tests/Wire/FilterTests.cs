using System.Globalization;
using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using Filter = SimilarityCluster.Contracts.V1.Filter;
using Metadata = SimilarityCluster.Contracts.V1.Metadata;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>Filters through the gateway and over several shards, against a model of their own.</summary>
/// <param name="server">The server.</param>
public sealed class FilterTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Shards = 5;
    private const int Limit = 12;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CountRecords_EveryKindOfConditionOnEveryTypeOfValue_MeansWhatTheProtoSays()
    {
        var records = FilterDraws.Values.ToDictionary(
            value => $"{value}",
            value => new Metadata { Fields = { { "f", value } } },
            StringComparer.Ordinal);
        records.Add("none", new Metadata());
        await WriteAsync("kinds", records);

        foreach (var condition in FilterDraws.Conditions("f"))
        {
            foreach (var filter in new[] { condition, new Filter { Not = condition } })
            {
                var page = await server.Callers.Records.ListRecordsAsync(
                    new() { Collection = "kinds", PageSize = 1_000, Filter = filter },
                    cancellationToken: Stop);
                var count = await server.Callers.Records.CountRecordsAsync(
                    new() { Collection = "kinds", Filter = filter }, cancellationToken: Stop);

                var meant = Meant(records, filter);
                AssertSame(filter, meant, page.Records.Select(record => record.Id));
                AssertSame(filter, [$"{meant.Length}"], [$"{count.Count}"]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Search_DrawnFilters_FindsTheNearestOfWhatIsMeant(int seed)
    {
        var collection = $"search-{seed}";
        var random = new Random(seed);
        var records = Draw(random, count: 400);
        await WriteAsync(collection, records);

        for (var number = 0; number < 25; number++)
        {
            var filter = FilterDraws.Filter(random);
            Query[] queries = [Query(random.Next(400)), Query(random.Next(400))];
            var options = new SearchOptions { Limit = Limit, Exact = true, Filter = filter };
            string[][] expected =
                [.. queries.Select(query => Nearest(Meant(records, filter), query.Vector))];

            var batch = await server.Callers.Searches.BatchSearchAsync(
                new() { Collection = collection, Queries = { queries }, Options = options },
                cancellationToken: Stop);
            var single = await server.Callers.Searches.SearchAsync(
                new() { Collection = collection, Query = queries[0], Options = options },
                cancellationToken: Stop);
            var walked = await server.Callers.Searches.SearchAsync(
                new() { Collection = collection, Query = queries[0], Options = Walking(options) },
                cancellationToken: Stop);

            AssertSame(filter, expected[0], single.Hits.Select(hit => hit.Id));
            AssertSame(filter, expected[0], batch.Results[0].Hits.Select(hit => hit.Id));
            AssertSame(filter, expected[1], batch.Results[1].Hits.Select(hit => hit.Id));
            Assert.All(
                walked.Hits,
                hit => Assert.True(FilterModel.Means(filter, records[hit.Id]), $"{filter}"));
            Assert.Equal(expected[0].Length, walked.Hits.Count);
        }
    }

    [Fact]
    public async Task StreamSearch_AFilterARequest_AnswersEachByItsOwn()
    {
        var random = new Random(4);
        var records = Draw(random, count: 200);
        await WriteAsync("stream", records);
        var filters = Enumerable.Range(0, 20).Select(_ => FilterDraws.Filter(random)).ToArray();
        using var stream = server.Callers.Searches.StreamSearch(cancellationToken: Stop);

        for (var number = 0; number < filters.Length; number++)
        {
            var options = new SearchOptions { Limit = Limit, Exact = true, Filter = filters[number] };
            await stream.RequestStream.WriteAsync(
                new()
                {
                    RequestId = (ulong)number,
                    Request = new() { Collection = "stream", Query = Query(number), Options = options },
                },
                Stop);
        }

        await stream.RequestStream.CompleteAsync();
        var answered = 0;
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(Stop))
        {
            var number = (int)answer.RequestId;
            AssertSame(
                filters[number],
                Nearest(Meant(records, filters[number]), Query(number).Vector),
                answer.Response.Hits.Select(hit => hit.Id));
            answered++;
        }

        Assert.Equal(filters.Length, answered);
    }

    [Fact]
    public async Task ListRecords_PagesOfAFilter_GiveWhatIsMeantOnceInOrder()
    {
        var random = new Random(5);
        var records = Draw(random, count: 400);
        await WriteAsync("pages", records);
        var filter = new Filter { Exists = new() { Field = "a" } };

        var listed = await ListAsync("pages", filter, pageSize: 37);

        Assert.InRange(listed.Count, 200, 399);
        AssertSame(filter, Meant(records, filter), listed);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task DeleteRecords_DrawnFilters_DeletesWhatIsMeantAndCountsIt(int seed)
    {
        var collection = $"delete-{seed}";
        var random = new Random(seed);
        var records = Draw(random, count: 300);
        await WriteAsync(collection, records);

        for (var number = 0; number < 8; number++)
        {
            var filter = new Filter
            {
                AllOf = new() { Filters = { FilterDraws.Filter(random), FilterDraws.Filter(random) } },
            };
            var meant = Meant(records, filter);

            var answer = await server.Callers.Records.DeleteRecordsAsync(
                new() { Collection = collection, Filter = filter }, cancellationToken: Stop);
            foreach (var id in meant)
            {
                records.Remove(id);
            }

            AssertSame(filter, [$"{meant.Length}"], [$"{answer.DeletedCount}"]);
            Assert.Equal(
                Enumerable.Range(0, Shards).Select(shard => (uint)shard),
                answer.Sequence.Shards.Select(entry => entry.Shard));
            AssertSame(
                filter,
                records.Keys.Order(StringComparer.Ordinal),
                await ListAsync(collection, filter: null, pageSize: 1_000));
        }
    }

    [Fact]
    public async Task DeleteRecords_ByFilterAgainUnderItsOperationId_AnswersTheSameAndDeletesNothingMore()
    {
        var records = Draw(new Random(8), count: 60);
        await WriteAsync("again", records);
        var request = new DeleteRecordsRequest
        {
            Collection = "again",
            OperationId = "once",
            Filter = new() { Exists = new() { Field = "a" } },
        };
        var meant = Meant(records, request.Filter);

        var first = await server.Callers.Records.DeleteRecordsAsync(request, cancellationToken: Stop);
        await UpsertAsync("again", records);
        var second = await server.Callers.Records.DeleteRecordsAsync(request, cancellationToken: Stop);
        var count = await server.Callers.Records.CountRecordsAsync(
            new() { Collection = "again" }, cancellationToken: Stop);

        Assert.NotEmpty(meant);
        Assert.Equal((uint)meant.Length, first.DeletedCount);
        Assert.Equal(first, second);
        Assert.Equal(60ul, count.Count);
    }

    private static void AssertSame(Filter filter, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (wanted, given) = (string.Join('|', expected), string.Join('|', actual));
        Assert.True(
            string.Equals(wanted, given, StringComparison.Ordinal),
            $"{filter}: expected {wanted}, given {given}.");
    }

    private static SearchOptions Walking(SearchOptions options) =>
        new(options) { Exact = false, SearchBreadth = 64 };

    private static Dictionary<string, Metadata> Draw(Random random, int count) =>
        Enumerable.Range(0, count).ToDictionary(
            row => $"{row:D4}", _ => FilterDraws.Metadata(random), StringComparer.Ordinal);

    // A record lies at its own number, so that distances are exact and differ but for two at a time.
    private static Query Query(int place) => new() { Vector = PackedVector.Pack([place, 0]) };

    private static string[] Meant(Dictionary<string, Metadata> records, Filter filter) =>
    [
        .. records.Where(record => FilterModel.Means(filter, record.Value))
            .Select(record => record.Key)
            .OrderBy(
                id => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(id)),
                StringComparer.Ordinal),
    ];

    private static string[] Nearest(string[] ids, Vector query)
    {
        var place = PackedVector.ToArray(query)[0];
        return
        [
            .. ids.OrderBy(id => Math.Abs(float.Parse(id, CultureInfo.InvariantCulture) - place))
                .ThenBy(id => id, StringComparer.Ordinal)
                .Take(Limit),
        ];
    }

    private async Task<List<string>> ListAsync(string collection, Filter? filter, uint pageSize)
    {
        var listed = new List<string>();
        var token = string.Empty;
        do
        {
            var page = await server.Callers.Records.ListRecordsAsync(
                new() { Collection = collection, PageSize = pageSize, PageToken = token, Filter = filter },
                cancellationToken: Stop);
            listed.AddRange(page.Records.Select(record => record.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return listed;
    }

    private async Task WriteAsync(string collection, Dictionary<string, Metadata> records)
    {
        await server.Callers.CreateAsync(collection, Metric.Euclidean, dimension: 2, Shards);
        await UpsertAsync(collection, records);
    }

    private async Task UpsertAsync(string collection, Dictionary<string, Metadata> records)
    {
        var inputs = records.Select((record, row) => new RecordInput
        {
            Id = record.Key,
            Vector = PackedVector.Pack([row, 0]),
            Metadata = record.Value,
        });
        var answer = await server.Callers.Records.UpsertRecordsAsync(
            new() { Collection = collection, Records = { inputs } }, cancellationToken: Stop);
        Assert.Equal((uint)records.Count, answer.UpsertedCount);
    }
}
