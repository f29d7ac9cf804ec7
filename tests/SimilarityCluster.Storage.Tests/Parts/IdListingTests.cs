using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Parts;

public sealed class IdListingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RowsAfter_ManyRowsInPortions_EqualsTheSortedIds(int seed)
    {
        var random = new Random(seed);
        var records = new RecordTable();
        var dead = new HashSet<int>();
        var live = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var listing = new IdListing(records, () => records.Count, dead.Contains);
        for (var portion = 0; portion < 12; portion++)
        {
            for (var i = 0; i < 1_000; i++)
            {
                var id = $"id{random.Next(6_000):D5}";
                if (live.Remove(id, out var old))
                {
                    dead.Add(old);
                }

                records.Append(Shards.Utf8(id), Shards.Utf8("metadata of " + id), 1);
                live.Add(id, records.Count - 1);
            }

            foreach (var id in live.Keys.Where(_ => random.Next(20) == 0).ToList())
            {
                dead.Add(live[id]);
                live.Remove(id);
            }

            listing.Refresh(live.Count);
            var after = portion % 2 == 0 ? "" : $"id{random.Next(6_000):D5}";
            var listed = listing.RowsAfter(Shards.Utf8(after))
                .Select(row => Shards.Text(records.IdOf(row))).ToList();
            Assert.Equal(
                listed.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
                listed,
                StringComparer.Ordinal);
            var behind = live.Keys.Where(id => string.CompareOrdinal(id, after) > 0);
            Assert.Empty(behind.Except(listed, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Refresh_RowReplacedMeanwhile_KeepsItsId()
    {
        var records = new RecordTable();
        records.Append("a"u8, default, 1);
        var published = 1;

        // Between the look at the row and the end of the refresh, a writer publishes a successor and the row
        // dies.
        var listing = new IdListing(records, () => published, _ =>
        {
            records.Append("a"u8, default, 1);
            published = 2;
            return true;
        });
        listing.Refresh(1);
        Assert.Equal([1], listing.RowsAfter(ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void IdMap_ManyIds_FindsTheLiveRow()
    {
        var records = new RecordTable();
        var map = new IdMap(records);
        for (var row = 0; row < 10_000; row++)
        {
            records.Append(Shards.Utf8($"id{row}"), new byte[row % 300], row);
            map.Add(row);
        }

        map.Remove(77);
        Assert.Equal(9_999, map.Count);
        Assert.False(map.TryFind("id77"u8, out _));
        Assert.False(map.TryFind("id10000"u8, out _));
        Assert.True(map.TryFind("id9999"u8, out var found));
        Assert.Equal(9_999, found);
        Assert.Equal(9_999 % 300, records.MetadataOf(found).Length);
    }
}
