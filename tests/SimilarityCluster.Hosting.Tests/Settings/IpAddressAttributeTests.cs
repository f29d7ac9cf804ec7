using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Tests.Settings;

public sealed class IpAddressAttributeTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("silo-0", false)]
    [InlineData("127.0.0.1:11111", false)]
    public void IsValid_Text_IsJudged(string text, bool expected) =>
        Assert.Equal(expected, new IpAddressAttribute().IsValid(text));
}
