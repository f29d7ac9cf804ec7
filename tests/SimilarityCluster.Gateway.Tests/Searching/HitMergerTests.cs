using System.Buffers;
using System.Text;
using CsCheck;
using Google.Protobuf.Collections;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Searching;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Tests.Searching;

public sealed class HitMergerTests
{
    private static readonly string[] Letters = ["a", "é", "\uFFFD", "z", "😀"];

    private static readonly Gen<string> AnyId =
        Gen.Int[0, 4].Array[1, 3].Select(letters => string.Concat(letters.Select(letter => Letters[letter])));

    // Few distances and ids of several lengths, so that ties are common and decided by bytes.
    private static readonly Gen<(int Silo, float Distance, string Id)> AnyHit =
        Gen.Select(Gen.Int[0, 4], Gen.Int[-2, 3].Select(number => number / 2f), AnyId);

    [Fact]
    public void ReadQuery_AnySplitOfHits_EqualsSortingOneList() =>
        Gen.Select(AnyHit.Array[0, 40].Array[1, 3], Gen.Int[1, 5], Gen.Int[1, 30])
            .Sample((queries, silos, limit) =>
        {
            var distinct = queries.Select(
                hits => hits.DistinctBy(hit => hit.Id, StringComparer.Ordinal).ToArray()).ToArray();
            var merger = new HitMerger(
                [.. Enumerable.Range(0, silos)
                    .Select(silo => Pack(distinct, hit => hit.Silo % silos == silo))]);
            foreach (var hits in distinct)
            {
                var leftOut = hits.Length > 3 ? hits[3].Id : string.Empty;
                var expected = hits
                    .Where(hit => !string.Equals(hit.Id, leftOut, StringComparison.Ordinal))
                    .OrderBy(hit => hit.Distance)
                    .ThenBy(
                        hit => Convert.ToHexString(Encoding.UTF8.GetBytes(hit.Id)), StringComparer.Ordinal)
                    .Take(limit)
                    .Select(hit => (hit.Id, hit.Distance));
                var merged = new RepeatedField<Hit>();

                merger.ReadQuery(limit, Encoding.UTF8.GetBytes(leftOut), includeMetadata: false, merged);

                Assert.Equal(expected, merged.Select(hit => (hit.Id, hit.Distance)));
            }
        }, seed: "0N0XIzNsQ0O2", iter: 500, threads: 1);

    [Fact]
    public void ReadQuery_MetadataAndVector_AreGivenBack()
    {
        var metadata = new Metadata { Fields = { { "label", new MetadataValue { StringValue = "cat" } } } };
        var packed = new ArrayBufferWriter<byte>();
        var writer = new PackedHitsWriter(packed);
        writer.BeginQuery(1);
        writer.AddHit("a"u8, 0.5f, Google.Protobuf.MessageExtensions.ToByteArray(metadata), [0, 0, 128, 63]);
        var hits = new RepeatedField<Hit>();

        new HitMerger([Result(packed)]).ReadQuery(10, [], includeMetadata: true, hits);

        var hit = Assert.Single(hits);
        Assert.Equal(metadata, hit.Metadata);
        Assert.Equal([1f], Contracts.PackedVector.ToArray(hit.Vector));
    }

    private static SiloSearchResult Pack(
        (int Silo, float Distance, string Id)[][] queries,
        Func<(int Silo, float Distance, string Id), bool> mine)
    {
        var packed = new ArrayBufferWriter<byte>();
        var writer = new PackedHitsWriter(packed);
        foreach (var query in queries)
        {
            var hits = query.Where(mine)
                .Select(hit => (hit.Distance, Id: Encoding.UTF8.GetBytes(hit.Id)))
                .OrderBy(hit => hit.Distance)
                .ThenBy(hit => Convert.ToHexString(hit.Id), StringComparer.Ordinal)
                .ToArray();
            writer.BeginQuery(hits.Length);
            foreach (var (distance, id) in hits)
            {
                writer.AddHit(id, distance, [], []);
            }
        }

        return Result(packed);
    }

    private static SiloSearchResult Result(ArrayBufferWriter<byte> packed) => new()
    {
        NotMine = [],
        Hits = packed.WrittenSpan.ToArray(),
        Queued = TimeSpan.Zero,
        Searched = TimeSpan.Zero,
    };
}
