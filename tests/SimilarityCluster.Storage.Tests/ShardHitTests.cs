using SimilarityCluster.Index;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class ShardHitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Merge_RandomHits_EqualsSortingThem(int seed)
    {
        var random = new Random(seed);
        var part = new GrowingPart(Shards.Schema, new HnswOptions());
        for (var row = 0; row < 40; row++)
        {
            part.Append(Shards.Record($"id{random.Next(1_000_000):D6}.{row}", row), row);
        }

        for (var round = 0; round < 500; round++)
        {
            // Few distances, so that ids decide often.
            var hits = Enumerable.Range(0, 40).OrderBy(_ => random.Next()).Take(random.Next(40))
                .Select(row => new ShardHit(new StoredRecord(part, row), random.Next(4))).ToList();
            var limit = random.Next(1, 45);
            var cut = random.Next(hits.Count + 1);
            var best = new ShardHit[limit];
            var left = Sorted(hits.Take(cut)).Take(limit).ToList();
            left.CopyTo(best);
            var found = Sorted(hits.Skip(cut)).ToArray();
            var count = ShardHit.Merge(best, left.Count, found);
            Assert.Equal(Sorted(left.Concat(found)).Take(limit), best.Take(count));
        }
    }

    private static List<ShardHit> Sorted(IEnumerable<ShardHit> hits) =>
        [.. hits.OrderBy(hit => hit.Distance)
            .ThenBy(hit => Shards.Text(hit.Record.Id), StringComparer.Ordinal)];
}
