using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Models.Tests.Folders;

public sealed class ModelReferenceTests
{
    [Theory]
    [InlineData("descriptor", "descriptor", null)]
    [InlineData("a.b_c-1@2024.05", "a.b_c-1", "2024.05")]
    public void TryParse_GoodReference_SplitsIt(string text, string name, string? version)
    {
        Assert.True(ModelReference.TryParse(text, out var reference));
        Assert.Equal(new ModelReference(name, version), reference);
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("a..b")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc")]
    [InlineData("Upper")]
    [InlineData(".hidden")]
    [InlineData("a@")]
    [InlineData("a@..")]
    [InlineData("a@1@2")]
    [InlineData("a\0b")]
    public void TryParse_BadReference_IsRefused(string text) =>
        Assert.False(ModelReference.TryParse(text, out _));

    [Fact]
    public void TryParse_SixtyFiveCharacters_IsRefused()
    {
        Assert.True(ModelReference.TryParse(new string('a', 64), out _));
        Assert.False(ModelReference.TryParse(new string('a', 65), out _));
    }
}
