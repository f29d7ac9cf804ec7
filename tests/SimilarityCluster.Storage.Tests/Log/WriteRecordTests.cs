using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Log;

public sealed class WriteRecordTests
{
    private static readonly ShardWrite Write = new(
        "operation",
        [Shards.Record("a", 1, "one"), Shards.Record("long id", 2)],
        [Shards.Utf8("gone")]);

    [Fact]
    public void Decode_Encoded_GivesTheBatchBack()
    {
        var operation = WriteRecord.OperationOf(Write.OperationId);
        var bytes = WriteRecord.Encode(Write, operation, 42);
        var decoded = WriteRecord.Decode("key", bytes.AsMemory(LogRecord.HeaderBytes), 4);
        Assert.Equal((42, operation), (decoded.Time, decoded.Operation));
        Assert.Equal("a,long id", string.Join(',', decoded.Upserts.Select(it => Shards.Text(it.Id.Span))));
        Assert.Equal("one,", string.Join(',', decoded.Upserts.Select(it => Shards.Text(it.Metadata.Span))));
        Assert.Equal(Shards.Vector(2), decoded.Upserts[1].Vector.ToArray());
        Assert.Equal("gone", Shards.Text(Assert.Single(decoded.Deletes).Span));
    }

    [Fact]
    public void Decode_AnyPrefix_NamesTheSource()
    {
        var bytes = WriteRecord.Encode(Write, 1, 42).AsMemory(LogRecord.HeaderBytes);
        for (var length = 0; length < bytes.Length; length++)
        {
            var damage = Assert.Throws<InvalidDataException>(
                () => WriteRecord.Decode("key", bytes[..length], 4));
            Assert.Contains("key", damage.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(34)]
    public void Decode_HugeCount_IsRefusedBeforeMemoryIsTaken(int offset)
    {
        var bytes = WriteRecord.Encode(Write, 1, 42).AsMemory(LogRecord.HeaderBytes);
        foreach (var count in new[] { int.MaxValue, -1, int.MinValue })
        {
            BitConverter.TryWriteBytes(bytes.Span[offset..], count);
            Assert.Throws<InvalidDataException>(() => WriteRecord.Decode("key", bytes, 4));
        }
    }
}
