using SimilarityCluster.Index;
using SimilarityCluster.Storage.Manifests;

namespace SimilarityCluster.Storage.Tests.Manifests;

public sealed class ShardManifestTests
{
    private static readonly ShardManifest Manifest = new(7, new ShardSchema(Metric.Dot, 128), 42);

    [Fact]
    public void Decode_Encoded_GivesTheManifestBack() =>
        Assert.Equal(Manifest, ShardManifest.Decode("key", Manifest.Encode()));

    [Theory]
    [InlineData(0, 2)]
    [InlineData(4, 9)]
    [InlineData(8, 0)]
    [InlineData(16, 0)]
    [InlineData(24, 0)]
    public void Decode_ImpossibleValue_NamesTheSource(int offset, byte value)
    {
        var bytes = Manifest.Encode();
        bytes[offset] = value;
        var damage = Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", bytes));
        Assert.Contains("key", damage.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => ShardManifest.Decode("key", bytes.AsSpan(1)));
    }
}
