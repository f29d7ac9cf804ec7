using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Tests.Contract;

public sealed class ShardKeyTests
{
    private const string Text = "00112233445566778899aabbccddeeff/12";

    [Fact]
    public void Parse_WrittenKey_GivesTheShard()
    {
        var key = new ShardKey(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), 12);

        Assert.Equal(Text, key.ToString());
        Assert.Equal(key, ShardKey.Parse(Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeeff/")]
    [InlineData("00112233445566778899aabbccddeeff/-1")]
    [InlineData("x/1")]
    public void Parse_NoKey_ThrowsFormat(string key) =>
        Assert.Throws<FormatException>(() => ShardKey.Parse(key));
}
