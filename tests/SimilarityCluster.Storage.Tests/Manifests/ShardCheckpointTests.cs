using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Manifests;

public sealed class ShardCheckpointTests
{
    private static readonly ShardCheckpoint Checkpoint = new(
        [
            new DeletedRows(0, RowSet.Of()),
            new DeletedRows(9, RowSet.Of(0, 8)),
            new DeletedRows(200, RowSet.Of(63, 64, 130, 199)),
        ],
        [
            new RememberedOperation(UInt128.MaxValue, 42, new ShardWriteOutcome(7, 3, 1)),
            new RememberedOperation(1, -1, new ShardWriteOutcome(long.MaxValue, 0, int.MaxValue)),
        ]);

    [Fact]
    public void Decode_Encoded_GivesTheCheckpointBack()
    {
        var decoded = ShardCheckpoint.Decode("key", Content());
        Assert.Equal(Checkpoint.Operations, decoded.Operations);
        Assert.Equal([0, 9, 200], decoded.Deleted.Select(rows => rows.RowCount));
        Assert.Equal(
            Checkpoint.Deleted.Select(rows => Members(rows.Rows)),
            decoded.Deleted.Select(rows => Members(rows.Rows)));
    }

    [Fact]
    public void Decode_OtherLength_IsRefused()
    {
        var content = Content();
        for (var length = 0; length < content.Length; length++)
        {
            var damage = Assert.Throws<InvalidDataException>(
                () => ShardCheckpoint.Decode("key", content.AsMemory(0, length)));
            Assert.Contains("key", damage.Message, StringComparison.Ordinal);
        }

        Assert.Throws<InvalidDataException>(() => ShardCheckpoint.Decode("key", (byte[])[.. content, 0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Decode_RandomBytesChanged_IsRefusedOrRead(int seed)
    {
        // The envelope's checksum is the guard; this only must neither crash nor ask for much memory.
        var random = new Random(seed);
        for (var round = 0; round < 5_000; round++)
        {
            var content = Content();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                content[random.Next(content.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = ShardCheckpoint.Decode("key", content);
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains("key", damage.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Content() => Checkpoint.Encode()[Envelope.HeaderBytes..];

    private static List<int> Members(RowSet rows)
    {
        var members = new List<int>();
        foreach (var row in rows)
        {
            members.Add(row);
        }

        return members;
    }
}
