using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Parts;

public sealed class ShardRowsTests
{
    private readonly ShardRows _rows = new(Shards.Schema, new HnswOptions());

    [Fact]
    public void Replace_RowsDeletedSinceTheWatch_AreDeletedInTheNewPart()
    {
        Write(["a", "b", "c", "d"], []);
        var old = _rows.Freeze().Part;
        Write([], ["a"]);
        var dead = Assert.Single(_rows.Watch([old]));
        Write(["b"], ["c"]);
        var young = new GrowingPart(Shards.Schema, new HnswOptions());
        foreach (var id in new[] { "d", "c", "b" })
        {
            young.Append(Shards.Record(id, 1), 1);
        }

        for (var row = young.Publish(); row < 3; row++)
        {
            young.MakeLive(row);
        }

        Assert.Equal((1, true), (dead.Count, dead.Contains(0))); // Later deletions do not change it.
        _rows.Replace([old], young, (_, row) => 3 - row);
        Assert.Equal(
            ["b", "d"],
            _rows.List(default, 10, filter: null).Select(record => Shards.Text(record.Id)).ToArray());
        Assert.True(_rows.TryFind("b"u8, out var record));
        Assert.Equal(3, record.Sequence);
        Assert.Equal(2, _rows.LiveCount);
        Assert.DoesNotContain(old, _rows.Parts);
    }

    [Fact]
    public void DropDead_HitsOfAReplacedPart_KeepsThoseThatNoWriteReplaced()
    {
        Write(["a", "b", "c"], []);
        var old = _rows.Freeze().Part;
        var hits = Enumerable.Range(0, 3).Select(row => new ShardHit(new StoredRecord(old, row), row))
            .ToArray();
        _rows.Watch([old]);
        var young = new GrowingPart(Shards.Schema, new HnswOptions());
        foreach (var id in new[] { "a", "b", "c" })
        {
            young.Append(Shards.Record(id, 1), 1);
        }

        for (var row = young.Publish(); row < 3; row++)
        {
            young.MakeLive(row);
        }

        _rows.Replace([old], young, (_, row) => row);
        Write(["b"], ["c"]); // The old part does not hear of this.
        var kept = _rows.DropDead(hits);
        Assert.Equal(["a"], hits.Take(kept).Select(hit => Shards.Text(hit.Record.Id)).ToArray());
    }

    private void Write(string[] upserts, string[] deletes)
    {
        var write = new ShardWrite(
            $"{_rows.Sequence}",
            [.. upserts.Select(id => Shards.Record(id, 1))],
            [.. deletes.Select(id => (ReadOnlyMemory<byte>)Shards.Utf8(id))]);
        var bytes = WriteRecord.Encode(write, UInt128.One, time: 0);
        var payload = bytes.AsMemory(LogRecord.HeaderBytes);
        _rows.Apply(WriteRecord.Decode("test", payload, Shards.Schema.Dimension));
    }
}
