using SimilarityCluster.Index;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Manifests;

public sealed class ShardManifestTests
{
    private static readonly ShardManifest Manifest = new(7, new ShardSchema(Metric.Dot, 128), 42)
    {
        IsTakeover = false,
        Sequence = 1_000,
        TrimmedSlot = 40,
        Checkpoint = new ObjectName(6, Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
        Segments = [ObjectName.New(3), ObjectName.New(6)],
    };

    [Fact]
    public void Decode_Encoded_GivesTheManifestBack()
    {
        var decoded = ShardManifest.Decode("key", Manifest.Encode());
        Assert.Equal(Manifest.Segments, decoded.Segments);
        Assert.Equal(Manifest, decoded with { Segments = Manifest.Segments });
        var first = new ShardManifest(1, new ShardSchema(Metric.Cosine, 1), 1);
        Assert.Equal(first, ShardManifest.Decode("key", first.Encode()) with { Segments = first.Segments });
    }

    [Fact]
    public void Decode_FirstVersion_HasNoSegments()
    {
        // Version 1, metric 3, dimension 4, 0, epoch 9, first slot 5.
        var bytes = Convert.FromHexString(
            "010000000300000004000000000000000900000000000000" + "0500000000000000");
        var manifest = ShardManifest.Decode("key", bytes);
        Assert.Equal((9, 5, 0), (manifest.Epoch, manifest.FirstSlot, manifest.Sequence));
        Assert.Equal(new ShardSchema(Metric.Euclidean, 4), manifest.Schema);
        Assert.True(manifest.IsTakeover);
        Assert.Null(manifest.Checkpoint);
        Assert.Empty(manifest.Segments);
    }

    [Theory]
    [InlineData(0, 3)] // version
    [InlineData(4, 9)] // metric
    [InlineData(8, 0)] // dimension
    [InlineData(12, 2)] // takeover
    [InlineData(16, 0)] // epoch
    [InlineData(24, 0)] // first slot
    [InlineData(39, 255)] // sequence
    [InlineData(40, 43)] // trimmed slot
    [InlineData(72, 3)] // segments
    [InlineData(75, 255)]
    public void Decode_ImpossibleValue_NamesTheSource(int offset, byte value)
    {
        var bytes = Manifest.Encode();
        bytes[offset] = value;
        var damage = Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", bytes));
        Assert.Contains("key", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_OtherLength_IsRefused()
    {
        var bytes = Manifest.Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", bytes.AsMemory(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", (byte[])[.. bytes, 0]));
    }

    [Fact]
    public void Decode_SegmentsWithoutCheckpoint_AreRefused() =>
        Assert.Throws<InvalidDataException>(
            () => ShardManifest.Decode("key", (Manifest with { Checkpoint = null }).Encode()));
}
