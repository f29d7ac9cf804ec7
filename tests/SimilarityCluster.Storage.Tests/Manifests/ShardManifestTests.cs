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
        Pins = [Pin, new ShardPin("first", 0)],
    };

    private static ShardPin Pin => new("nightly-2026.12", 1_234_567)
    {
        FirstSlot = 30,
        SequenceBefore = 900,
        EndSlot = 45,
        Sequence = 1_010,
        Checkpoint = new ObjectName(5, Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964fe")),
        Segments = [ObjectName.New(2), ObjectName.New(3), ObjectName.New(5)],
    };

    [Fact]
    public void Decode_Encoded_GivesTheManifestBack()
    {
        var decoded = ShardManifest.Decode("key", Manifest.Encode());
        Assert.Equal(Manifest.Segments, decoded.Segments);
        Assert.Equal(Manifest, decoded with { Segments = Manifest.Segments, Pins = Manifest.Pins });
        Assert.Equal(2, decoded.Pins.Count);
        foreach (var (pin, expected) in decoded.Pins.Zip(Manifest.Pins))
        {
            Assert.Equal(expected.Segments, pin.Segments);
            Assert.Equal(expected, pin with { Segments = expected.Segments });
        }

        var first = new ShardManifest(1, new ShardSchema(Metric.Cosine, 1), 1);
        decoded = ShardManifest.Decode("key", first.Encode());
        Assert.Equal(first, decoded with { Segments = first.Segments, Pins = first.Pins });
    }

    [Fact]
    public void Decode_SecondVersion_HasNoPins()
    {
        // Version 2, metric 2, dimension 128, 0, epoch 7, first slot 42, sequence 1,000, trimmed slot 40, the
        // checkpoint of epoch 6, one segment of epoch 3.
        var bytes = Convert.FromHexString(
            "02000000" + "02000000" + "80000000" + "00000000" + "0700000000000000" + "2A00000000000000"
            + "E803000000000000" + "2800000000000000"
            + "0600000000000000" + "FF19966F868B11D0B42D00C04FC964FF"
            + "01000000" + "0300000000000000" + "00112233445566778899AABBCCDDEEFF");
        var manifest = ShardManifest.Decode("key", bytes);
        Assert.Equal(
            (7, 42, 1_000, 40),
            (manifest.Epoch, manifest.FirstSlot, manifest.Sequence, manifest.TrimmedSlot));
        Assert.Equal(new ShardSchema(Metric.Dot, 128), manifest.Schema);
        Assert.False(manifest.IsTakeover);
        Assert.Equal(Manifest.Checkpoint, manifest.Checkpoint);
        Assert.Equal(3, Assert.Single(manifest.Segments).Epoch);
        Assert.Empty(manifest.Pins);
    }

    [Theory]
    [InlineData("twice")]
    [InlineData("name")]
    [InlineData("empty")]
    [InlineData("behind")]
    [InlineData("end")]
    [InlineData("sequence")]
    [InlineData("checkpoint")]
    public void Decode_ImpossiblePin_NamesTheSource(string what)
    {
        ShardPin[] pins = what switch
        {
            "twice" => [Pin, Pin],
            "name" => [Pin with { Name = "a/b" }],
            "empty" => [Pin with { Name = "" }],
            "behind" => [Pin with { FirstSlot = 43 }],
            "end" => [Pin with { EndSlot = 29 }],
            "sequence" => [Pin with { Sequence = 899 }],
            _ => [Pin with { Checkpoint = null }],
        };
        var bytes = (Manifest with { Pins = pins }).Encode();
        var damage = Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", bytes));
        Assert.Contains("key", damage.Message, StringComparison.Ordinal);
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
    [InlineData(0, 4)] // version
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
