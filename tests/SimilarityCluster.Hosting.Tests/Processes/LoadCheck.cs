using System.Text;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>
/// Looks at what a server holds of a <see cref="WriteLoad"/>, in every way in which it can.
/// </summary>
internal static class LoadCheck
{
    private const int PageSize = 100;

    /// <summary>Reads all records: by listing, count, id, and by searches that must agree with it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="ids">All ids that there may be.</param>
    /// <returns>Id to version.</returns>
    public static async Task<Dictionary<string, int>> ReadAsync(SimilarityClient client, List<string> ids)
    {
        var found = await ListAsync(client);
        var count = await client.GetCollectionAsync(WriteLoad.Collection);
        Assert.Equal((ulong)found.Count, count.RecordCount);
        var byId = await client.GetRecordsAsync(new GetRecordsRequest
        {
            Collection = WriteLoad.Collection,
            Ids = { ids },
            IncludeVector = true,
            IncludeMetadata = true,
        });
        Assert.Equal(
            found.OrderBy(it => it.Key, StringComparer.Ordinal),
            byId.Records
                .Select(it => KeyValuePair.Create(it.Id, LoadRecord.VersionOf(it.Id, it.Metadata, it.Vector)))
                .OrderBy(it => it.Key, StringComparer.Ordinal));
        Assert.Equal(
            ids.Except(found.Keys, StringComparer.Ordinal), byId.MissingIds, StringComparer.Ordinal);
        if (found.Count > 0)
        {
            await AssertFoundAsync(client, found);
        }

        return found;
    }

    /// <summary>A write without an answer was applied in each shard whole, or not at all.</summary>
    /// <param name="write">Id to version.</param>
    /// <param name="before">What was there before.</param>
    /// <param name="found">What is there.</param>
    public static void AssertWhole(
        IReadOnlyDictionary<string, int> write,
        IReadOnlyDictionary<string, int> before,
        IReadOnlyDictionary<string, int> found)
    {
        foreach (var part in write.GroupBy(
            it => BucketRouting.ShardOf(Encoding.UTF8.GetBytes(it.Key), WriteLoad.ShardCount)))
        {
            var isOld = part.All(
                it => found.GetValueOrDefault(it.Key) == before.GetValueOrDefault(it.Key));
            var isNew = part.All(it => found.GetValueOrDefault(it.Key) == it.Value);
            Assert.True(
                isOld || isNew,
                "Of a batch in flight a shard has a part: " + string.Join(", ", part.Select(it =>
                    $"{it.Key} was {before.GetValueOrDefault(it.Key)}, became {it.Value}, "
                    + $"is {found.GetValueOrDefault(it.Key)}")));
        }
    }

    /// <summary>What was acknowledged is there, or gone, at once.</summary>
    /// <param name="client">The client of the id's only writer.</param>
    /// <param name="id">The id.</param>
    /// <param name="version">As acknowledged last; 0 for gone.</param>
    /// <returns>When that was seen.</returns>
    public static async Task AssertVisibleAsync(SimilarityClient client, string id, int version)
    {
        if (version > 0)
        {
            var nearest = await client.SearchAsync(
                WriteLoad.Collection,
                Queries.ByVector(LoadRecord.VectorOf(id, version)),
                new SearchOptions { Limit = 1, Exact = true });
            Assert.Equal((id, 0f), (nearest.Hits[0].Id, nearest.Hits[0].Distance));
            return;
        }

        var gone = await client.GetRecordsAsync(
            new GetRecordsRequest { Collection = WriteLoad.Collection, Ids = { id } });
        Assert.Equal([id], gone.MissingIds, StringComparer.Ordinal);
    }

    /// <summary>No id is found twice, and the nearest stand first.</summary>
    /// <param name="hits">Of one search.</param>
    public static void AssertDistinct(IReadOnlyCollection<Hit> hits)
    {
        Assert.Distinct(hits.Select(hit => hit.Id), StringComparer.Ordinal);
        Assert.Equal(hits.Select(hit => hit.Distance).Order(), hits.Select(hit => hit.Distance));
    }

    private static async Task<Dictionary<string, int>> ListAsync(SimilarityClient client)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var token = string.Empty;
        do
        {
            var page = await client.Records.ListRecordsAsync(new ListRecordsRequest
            {
                Collection = WriteLoad.Collection,
                PageSize = PageSize,
                PageToken = token,
                IncludeVector = true,
                IncludeMetadata = true,
            });
            foreach (var record in page.Records)
            {
                // Add throws when an id is listed twice.
                found.Add(record.Id, LoadRecord.VersionOf(record.Id, record.Metadata, record.Vector));
            }

            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return found;
    }

    private static async Task AssertFoundAsync(SimilarityClient client, Dictionary<string, int> found)
    {
        var all = await client.SearchAsync(
            WriteLoad.Collection,
            Queries.ByVector(LoadRecord.VectorOf("query", 1)),
            new SearchOptions { Limit = (uint)found.Count + 10, Exact = true });
        AssertDistinct(all.Hits);
        Assert.Equal(
            found.Keys.Order(StringComparer.Ordinal),
            all.Hits.Select(hit => hit.Id).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        foreach (var isExact in new[] { true, false })
        {
            var each = await client.BatchSearchAsync(
                WriteLoad.Collection,
                found.Select(it => Queries.ByVector(LoadRecord.VectorOf(it.Key, it.Value))),
                new SearchOptions { Limit = 5, Exact = isExact });
            foreach (var (id, result) in found.Keys.Zip(each.Results))
            {
                Assert.Null(result.Error);
                AssertDistinct(result.Hits);
                Assert.Equal((id, 0f), (result.Hits[0].Id, result.Hits[0].Distance));
            }
        }
    }
}
