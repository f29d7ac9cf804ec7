using System.Globalization;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class ShardFilterTests
{
    private const int SegmentBytes = 24_000;

    private readonly InMemoryObjectStore _objects = new();
    private readonly SortedDictionary<string, SortedDictionary<string, object>> _model =
        new(StringComparer.Ordinal);

    // More fields than have an index, so that some are scanned.
    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(3, 90)]
    public async Task Shard_FiltersOverGrowingSealedAndMergedRows_GivesWhatTheModelGives(int seed, int fields)
    {
        var random = new Random(seed);
        var sample = new FilterSample(random, fields);
        var options = new ShardStoreOptions { SegmentBytesLimit = SegmentBytes };
        await using var shard = await Shards.OpenAsync(_objects, options);
        for (var round = 0; round < 120; round++)
        {
            await WriteAsync(shard, sample, random, round);
            if (round % 3 == 0)
            {
                AssertSame(shard, sample.Filter(), random);
            }

            if (round % 40 == 39)
            {
                await shard.WhenQuietAsync(Shards.Token);
                AssertSame(shard, sample.Filter(), random);
                var meant = new AllModel([sample.Filter(1), sample.Filter(1)]);
                await DeleteAsync(shard, meant, $"delete-{round}");
                AssertSame(shard, sample.Filter(), random);
            }
        }

        Assert.NotEmpty(_objects.Keys(Shards.Prefix + "segments/"));
        await using var again = await Shards.OpenAsync(_objects, options);
        for (var round = 0; round < 100; round++)
        {
            AssertSame(again, sample.Filter(), random);
        }
    }

    [Fact]
    public async Task DeleteAsync_SameOperationAgain_AnswersTheFirstOutcome()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.WriteAsync(
            new ShardWrite("w", [Record("a", 1L), Record("b", 2L), Record("c", 1L)], []), Shards.Token);
        var filter = new EqualsModel("n", 1L).Filter;

        var first = await shard.DeleteAsync("d", filter, Shards.Token);
        await shard.WriteAsync(new ShardWrite("w2", [Record("a", 1L)], []), Shards.Token);
        var second = await shard.DeleteAsync("d", filter, Shards.Token);

        Assert.Equal((2, first), (first.DeletedCount, second));
        Assert.Equal(["a", "b"], shard.Ids().ToArray());
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(first, await again.DeleteAsync("d", filter, Shards.Token));
        Assert.Equal(["a", "b"], again.Ids().ToArray());
    }

    [Fact]
    public async Task DeleteAsync_BehindAWriteInFlight_MeetsTheStateAfterIt()
    {
        var gate = new TaskCompletionSource();
        var objects = new FaultyObjectStore(_objects);
        await using var shard = await Shards.OpenAsync(objects);
        await shard.WriteAsync(new ShardWrite("w", [Record("a", 1L), Record("b", 1L)], []), Shards.Token);
        objects.BeforePut = _ => gate.Task;

        // The first is in flight, the second waits: the deletion sees what both of them did.
        var writes = new[]
        {
            shard.WriteAsync(new ShardWrite("w1", [Record("a", 2L)], []), Shards.Token),
            shard.WriteAsync(new ShardWrite("w2", [Record("c", 1L)], []), Shards.Token),
        };
        var deletion = shard.DeleteAsync("d", new EqualsModel("n", 1L).Filter, Shards.Token);
        var last = shard.WriteAsync(new ShardWrite("w3", [Record("d", 1L)], []), Shards.Token);
        gate.SetResult();
        await Task.WhenAll(writes);

        Assert.Equal(2, (await deletion).DeletedCount);
        await last;
        Assert.Equal(["a", "d"], shard.Ids().ToArray());
    }

    [Fact]
    public async Task DeleteAsync_NothingMeant_DeletesNothing()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("w", "a");

        var outcome = await shard.DeleteAsync("d", new ExistsModel("n").Filter, Shards.Token);

        Assert.Equal(0, outcome.DeletedCount);
        Assert.Equal(["a"], shard.Ids().ToArray());
    }

    [Fact]
    public async Task DeleteAsync_NoOperationId_IsRefused()
    {
        await using var shard = await Shards.OpenAsync(_objects);

        await Assert.ThrowsAsync<ArgumentException>(
            () => shard.DeleteAsync(string.Empty, new ExistsModel("n").Filter, Shards.Token));
    }

    private static RecordWrite Record(string id, object value) => new(
        Shards.Utf8(id),
        Shards.Vector(0),
        FilterModel.EncodeMetadata(new Dictionary<string, object>(StringComparer.Ordinal) { ["n"] = value }));

    private async Task WriteAsync(ShardStore shard, FilterSample sample, Random random, int round)
    {
        var upserts = Enumerable.Range(0, 12)
            .Select(_ => random.Next(400).ToString(CultureInfo.InvariantCulture))
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(id => id, _ => sample.Metadata(), StringComparer.Ordinal);
        var deletes = _model.Keys.Where(id => !upserts.ContainsKey(id) && random.Next(60) == 0).ToList();
        await shard.WriteAsync(
            new ShardWrite(
                $"write-{round}",
                [
                    .. upserts.Select(pair => new RecordWrite(
                        Shards.Utf8(pair.Key),
                        Shards.Vector(float.Parse(pair.Key, CultureInfo.InvariantCulture)),
                        FilterModel.EncodeMetadata(pair.Value))),
                ],
                [.. deletes.Select(id => (ReadOnlyMemory<byte>)Shards.Utf8(id))]),
            Shards.Token);
        foreach (var (id, metadata) in upserts)
        {
            _model[id] = metadata;
        }

        deletes.ForEach(id => _model.Remove(id));
    }

    private async Task DeleteAsync(ShardStore shard, FilterModel filter, string operation)
    {
        var meant = _model.Where(pair => filter.Matches(pair.Value)).Select(pair => pair.Key).ToList();

        var outcome = await shard.DeleteAsync(operation, filter.Filter, Shards.Token);

        Assert.Equal(meant.Count, outcome.DeletedCount);
        meant.ForEach(id => _model.Remove(id));
    }

    private void AssertSame(ShardStore shard, FilterModel model, Random random)
    {
        var expected = _model.Where(pair => model.Matches(pair.Value)).Select(pair => pair.Key).ToList();
        var filter = model.Filter;
        Assert.Equal(expected.Count, shard.CountOf(filter));

        var listed = new List<string>();
        var limit = random.Next(1, 50);
        for (var page = shard.List([], limit, filter); page.Count > 0;
            page = shard.List(page[^1].Id, limit, filter))
        {
            listed.AddRange(page.Select(record => Shards.Text(record.Id)));
        }

        Assert.Equal(expected, listed, StringComparer.Ordinal);

        var query = random.Next(400);
        var hits = new ShardHit[20];
        var stop = default(NeverStop);
        var outcome = shard.Search(
            new VectorQuery([query, 0, 0, 0], 1), SearchEffort.Exact, filter, hits, ref stop);
        Assert.Equal(
            expected.OrderBy(id => Math.Abs(float.Parse(id, CultureInfo.InvariantCulture) - query))
                .ThenBy(id => id, StringComparer.Ordinal).Take(20),
            hits.Take(outcome.Count).Select(hit => Shards.Text(hit.Record.Id)),
            StringComparer.Ordinal);
    }
}
