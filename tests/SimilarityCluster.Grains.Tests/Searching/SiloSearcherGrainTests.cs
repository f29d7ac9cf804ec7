using System.Runtime.InteropServices;
using System.Text;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Tests.Clusters;

namespace SimilarityCluster.Grains.Tests.Searching;

public sealed class SiloSearcherGrainTests
{
    private const int Dimension = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Small whole numbers: every distance is exact in float32, and many are equal.
    [Fact]
    public async Task Search_ManyShardsOnTwoSilos_EqualsComparingEveryRecord()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore(), silos: 2);
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var collection = await cluster.CreateAsync(GrainCluster.NewCollection(
                $"seed {seed}", shards: random.Next(1, 7), dimension: Dimension));
            var silos = await SpreadAsync(cluster, collection);
            var records = await FillAsync(cluster, collection, random);
            var queries = Enumerable.Range(0, random.Next(2) == 0 ? 1 : random.Next(2, 70))
                .Select(_ => RandomVector(random)).ToArray();
            var limit = random.Next(1, 20);

            var answers = new List<SiloSearchResult>();
            foreach (var silo in cluster.Silos.Select(silo => silo.SiloAddress.ToParsableString()))
            {
                var answer = await cluster.Searcher(silo).SearchAsync(
                    Message(collection, queries, limit) with { IncludeMetadata = true, IncludeVector = true },
                    Token);
                var elsewhere = Enumerable.Range(0, collection.ShardCount)
                    .Where(shard => !string.Equals(silos[shard], silo, StringComparison.Ordinal));
                Assert.Equal(elsewhere, answer.NotMine);
                answers.Add(answer);
            }

            var merged = Merge(answers, queries.Length, limit);
            AssertHits(Expected(records, queries, limit), merged, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Search_ShardsOfOneSilo_MergesByDistanceThenId()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(
            GrainCluster.NewCollection("birds", shards: 4, dimension: Dimension));
        var silos = await SpreadAsync(cluster, collection);
        var records = await FillAsync(cluster, collection, new Random(1));
        float[][] queries = [[1, 1, 1]];

        var answer = await cluster.Searcher(silos[0]).SearchAsync(Message(collection, queries, 25), Token);

        Assert.Empty(answer.NotMine);
        var hits = Read(answer, 1)[0];
        Assert.Equal(Expected(records, queries, 25)[0], hits.Select(hit => (hit.Distance, hit.Id)));
        Assert.All(hits, hit => Assert.Equal((0, 0), (hit.Metadata.Length, hit.Vector.Length)));
    }

    [Fact]
    public async Task Search_MinSequenceOfAWrite_SeesTheWrite()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds", dimension: Dimension));
        var silo = (await cluster.OpenOnAsync(0, collection, 0)).Silo;
        var search = Message(collection, [[1, 1, 1]], 1) with { MinSequences = [1] };
        var waiting = cluster.Searcher(silo).SearchAsync(search, Token);

        await cluster.Shard(collection).WriteAsync(new("1", [GrainCluster.Record("a", 1, 1, 1)], []), Token);

        Assert.Equal("a", Assert.Single(Read(await waiting, 1)[0]).Id);
    }

    [Fact]
    public async Task Search_MinSequenceNeverComes_EndsWithTheCall()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds", dimension: Dimension));
        var silo = (await cluster.OpenOnAsync(0, collection, 0)).Silo;
        using var call = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var search = Message(collection, [[1, 1, 1]], 1) with { MinSequences = [1] };
        var waiting = cluster.Searcher(silo).SearchAsync(search, call.Token);

        await call.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Search_ShardsSiloStopped_OtherSaysNotMineUntilItIsOpenThere()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore(), silos: 2);
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds", dimension: Dimension));
        var gone = (await cluster.OpenOnAsync(1, collection, 0)).Silo;
        var rest = cluster.Silos[0].SiloAddress.ToParsableString();
        await cluster.Shard(collection).WriteAsync(new("1", [GrainCluster.Record("a", 1, 1, 1)], []), Token);

        await cluster.StopAsync(cluster.Silos[1]);

        var search = Message(collection, [[1, 1, 1]], 1);
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Searcher(gone).SearchAsync(search, Token));
        var before = await cluster.Searcher(rest).SearchAsync(search, Token);
        Assert.Equal([0], before.NotMine);
        Assert.Empty(Read(before, 1)[0]);
        Assert.Equal(rest, (await cluster.Shard(collection).LocateAsync(Token)).Silo);
        var after = await cluster.Searcher(rest).SearchAsync(search, Token);
        Assert.Empty(after.NotMine);
        Assert.Equal("a", Assert.Single(Read(after, 1)[0]).Id);
    }

    [Fact]
    public async Task Search_ShardDeactivated_IsNotMine()
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds", dimension: Dimension));
        var silo = (await cluster.OpenOnAsync(0, collection, 0)).Silo;

        await cluster.DeactivateAsync(cluster.Shard(collection));

        var answer = await cluster.Searcher(silo).SearchAsync(Message(collection, [[1, 1, 1]], 1), Token);
        Assert.Equal([0], answer.NotMine);
    }

    [Theory]
    [InlineData(0, 12, 1, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 13, 1, 0)]
    [InlineData(2, 12, 1, 0)]
    [InlineData(1, 12, 0, 0)]
    [InlineData(1, 12, 1, 2)]
    [InlineData(1, 16, 1, 0)]
    public async Task Search_ShapesDoNotAgree_ThrowsArgument(
        int queryCount, int bytes, int limit, int sequences)
    {
        await using var cluster = await GrainCluster.StartAsync(new MemoryObjectStore());
        var collection = await cluster.CreateAsync(GrainCluster.NewCollection("birds", dimension: Dimension));
        var silo = (await cluster.OpenOnAsync(0, collection, 0)).Silo;
        var search = Message(collection, [[1, 1, 1]], limit) with
        {
            QueryCount = queryCount,
            Vectors = new byte[bytes],
            MinSequences = new long[sequences],
        };

        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => cluster.Searcher(silo).SearchAsync(search, Token));
    }

    private static SiloSearchMessage Message(CollectionInfo collection, float[][] queries, int limit) => new()
    {
        CollectionId = collection.Id,
        Shards = [.. Enumerable.Range(0, collection.ShardCount)],
        MinSequences = [],
        Vectors = [.. queries.SelectMany(query => MemoryMarshal.AsBytes(query.AsSpan()).ToArray())],
        QueryCount = queries.Length,
        Limit = limit,
        Exact = true,
        SearchBreadth = 64,
        IncludeVector = false,
        IncludeMetadata = false,
    };

    private static async Task<string[]> SpreadAsync(GrainCluster cluster, CollectionInfo collection)
    {
        var silos = new string[collection.ShardCount];
        for (var shard = 0; shard < silos.Length; shard++)
        {
            silos[shard] = (await cluster.OpenOnAsync(shard % cluster.Silos.Count, collection, shard)).Silo;
        }

        return silos;
    }

    private static async Task<Dictionary<string, float[]>> FillAsync(
        GrainCluster cluster, CollectionInfo collection, Random random)
    {
        var records = Enumerable.Range(0, random.Next(1, 120)).ToDictionary(
            row => $"{row:x}", _ => RandomVector(random), StringComparer.Ordinal);
        foreach (var shard in records.GroupBy(
            record => BucketRouting.ShardOf(Encoding.UTF8.GetBytes(record.Key), collection.ShardCount)))
        {
            var upserts = shard.Select(record => GrainCluster.Record(record.Key, record.Value)).ToArray();
            var deletes = upserts.Where(_ => random.Next(4) == 0).Select(record => record.Id).ToArray();
            await cluster.Shard(collection, shard.Key).WriteAsync(new("fill", upserts, []), Token);
            await cluster.Shard(collection, shard.Key).WriteAsync(new("thin", [], deletes), Token);
            foreach (var id in deletes)
            {
                records.Remove(Encoding.UTF8.GetString(id));
            }
        }

        return records;
    }

    private static float[] RandomVector(Random random) =>
        [random.Next(3), random.Next(3), random.Next(3)];

    private static List<(float Distance, string Id)>[] Expected(
        Dictionary<string, float[]> records, float[][] queries, int limit) =>
        [.. queries.Select(query => records
            .Select(record => (Distance: DistanceOf(record.Value, query), Id: record.Key))
            .OrderBy(hit => hit.Distance)
            .ThenBy(hit => hit.Id, StringComparer.Ordinal)
            .Take(limit)
            .ToList())];

    private static float DistanceOf(float[] left, float[] right) =>
        MathF.Sqrt(left.Zip(right, (a, b) => (a - b) * (a - b)).Sum());

    private static List<Hit>[] Merge(List<SiloSearchResult> answers, int queryCount, int limit)
    {
        var read = answers.ConvertAll(answer => Read(answer, queryCount));
        return [.. Enumerable.Range(0, queryCount).Select(query => read.SelectMany(silo => silo[query])
            .OrderBy(hit => hit.Distance)
            .ThenBy(hit => hit.Id, StringComparer.Ordinal)
            .Take(limit)
            .ToList())];
    }

    private static List<Hit>[] Read(SiloSearchResult answer, int queryCount)
    {
        var reader = new PackedHitsReader(answer.Hits);
        var queries = new List<Hit>[queryCount];
        for (var query = 0; query < queryCount; query++)
        {
            var count = reader.ReadHitCount();
            queries[query] = [];
            for (var index = 0; index < count; index++)
            {
                var hit = reader.ReadHit();
                queries[query].Add(new Hit(
                    hit.Distance,
                    Encoding.UTF8.GetString(hit.Id.Span),
                    hit.Metadata.ToArray(),
                    hit.Vector.ToArray()));
            }
        }

        return queries;
    }

    private static void AssertHits(
        List<(float Distance, string Id)>[] expected, List<Hit>[] given, string name)
    {
        for (var query = 0; query < expected.Length; query++)
        {
            Assert.True(
                expected[query].SequenceEqual(given[query].Select(hit => (hit.Distance, hit.Id))),
                $"{name}, query {query}: other hits than by comparing every record.");
            Assert.All(given[query], hit =>
            {
                Assert.Equal($"meta {hit.Id}", Encoding.UTF8.GetString(hit.Metadata));
                Assert.Equal(Dimension * sizeof(float), hit.Vector.Length);
            });
        }
    }

    private sealed record Hit(float Distance, string Id, byte[] Metadata, byte[] Vector);
}
