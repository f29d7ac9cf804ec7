using SimilarityCluster.Index;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Indexing;

public sealed class ShardSearcherTests
{
    private readonly InMemoryObjectStore _objects = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Search_Exact_EqualsTheOracleAlsoBetweenEqualDistances(int seed)
    {
        var random = new Random(seed);
        await using var shard = await Shards.OpenAsync(_objects);
        var model = new Dictionary<string, float>(StringComparer.Ordinal);
        for (var i = 0; i < 30; i++)
        {
            // Few values, so that many distances are equal and ids decide.
            var batch = Enumerable.Range(0, 20).Select(_ => $"id{random.Next(200)}")
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(id => id, _ => (float)random.Next(8), StringComparer.Ordinal);
            await shard.WriteAsync(
                new ShardWrite($"{i}", [.. batch.Select(item => Shards.Record(item.Key, item.Value))], []),
                Shards.Token);
            foreach (var (id, value) in batch)
            {
                model[id] = value;
            }

            var query = random.Next(8);
            var expected = model.OrderBy(item => Math.Abs(item.Value - query))
                .ThenBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Key).Take(15);
            Assert.Equal(expected, shard.Nearest(query, 15, exact: true), StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task Search_RowsInTheGraphAndBehindIt_FindsBoth()
    {
        var scheduler = new ManualScheduler();
        var shard = await Shards.OpenAsync(_objects, builder: scheduler);
        await using var closing = shard;
        await WriteManyAsync(shard, 0, 1_500);
        Assert.Equal(["id00700", "id00699", "id00701"], shard.Nearest(700, 3, exact: false)); // All flat.
        scheduler.Open();
        await shard.WhenIndexedAsync(Shards.Token);
        // All in the graph.
        Assert.Equal(["id00700", "id00699", "id00701"], shard.Nearest(700, 3, exact: false));
        await shard.WriteAsync(new ShardWrite("new", [Shards.Record("behind", 700.25f)], []), Shards.Token);
        Assert.Equal(["id00700", "behind"], shard.Nearest(700, 2, exact: false));
        await shard.DeleteAsync("delete", "id00700", "id00701");
        Assert.Equal(["behind", "id00699"], shard.Nearest(700, 2, exact: false));
        await shard.WriteAsync(new ShardWrite("move", [Shards.Record("behind", 5_000)], []), Shards.Token);
        Assert.Equal(["id00699", "id00698", "id00702"], shard.Nearest(700, 3, exact: false));
    }

    [Fact]
    public async Task Search_BesideWrites_NeverReturnsARecordTwiceOrLosesOne()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("first", [.. Enumerable.Range(0, 50).Select(i => $"id{i:D2}")]);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await shard.UpsertAsync($"{i}", [.. Enumerable.Range(0, 50).Select(j => $"id{j:D2}")]);
                }
            },
            Shards.Token);
        while (!writing.IsCompleted)
        {
            var found = shard.Nearest(0, 60, exact: true);
            Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(50, shard.Ids().Count);
            Assert.Equal(50, shard.Count);
            Assert.True(shard.TryFind("id07"u8, out _));
        }

        await writing;
        Assert.Equal(50, shard.Nearest(0, 60, exact: true).Count);
    }

    [Fact]
    public async Task Search_OtherDimension_IsRefused()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        var stop = default(NeverStop);
        Assert.Throws<ArgumentException>(() =>
            shard.Search(
                new VectorQuery([1, 2], 1), SearchEffort.Exact, filter: null, new ShardHit[1], ref stop));
    }

    [Fact]
    public async Task Search_StopAsked_SaysSo()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        var stop = new CancellationStop(new CancellationToken(true));
        var query = new VectorQuery([1, 0, 0, 0], 1);
        Assert.True(shard.Search(query, SearchEffort.Exact, filter: null, new ShardHit[1], ref stop).Stopped);
    }

    private static async Task WriteManyAsync(ShardStore shard, int first, int count)
    {
        for (var i = first; i < first + count; i += 500)
        {
            await shard.WriteAsync(
                new ShardWrite(
                    $"{i}", [.. Enumerable.Range(i, 500).Select(j => Shards.Record($"id{j:D5}", j))], []),
                Shards.Token);
        }
    }
}
