using SimilarityCluster.Cli.Demo;

namespace SimilarityCluster.Cli.Tests.Demo;

public sealed class DemoPicturesTests
{
    [Fact]
    public void Divide_ThreeClasses_KeepsTheLastOneOutOfTheGallery()
    {
        var pictures = DemoPictures.Divide([Class("a", 20), Class("b", 20), Class("c", 20)], 10, 4);

        Assert.Equal("c", pictures.NewClass);
        Assert.Equal(20, pictures.Gallery.Count);
        Assert.DoesNotContain(pictures.Gallery, picture => picture.Label is "c");
        Assert.Equal(12, pictures.Queries.Count);
        Assert.Equal(DemoPictures.ExampleCount, pictures.Examples.Count);
        Assert.All(pictures.Examples, picture => Assert.Equal("c", picture.Label));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(15)]
    [InlineData(100)]
    public void Divide_AnySize_NeverAsksWithAnIndexedPicture(int size)
    {
        var pictures = DemoPictures.Divide([Class("a", size), Class("b", size)], 40, 12);

        var indexed = pictures.Gallery.Concat(pictures.Examples).Select(picture => picture.Id).ToList();
        Assert.Empty(
            indexed.Intersect(pictures.Queries.Select(picture => picture.Id), StringComparer.Ordinal));
        Assert.Contains(pictures.Queries, picture => picture.Label is "a");
        Assert.Contains(pictures.Queries, picture => picture.Label is "b");
        Assert.NotEmpty(pictures.Examples);
        Assert.NotEmpty(pictures.Gallery);
    }

    [Fact]
    public void Divide_OneClass_IsRefused() =>
        Assert.Throws<CommandException>(() => DemoPictures.Divide([Class("a", 9)], 10, 4));

    [Fact]
    public void Divide_ClassOfOne_IsRefusedByName()
    {
        var error = Assert.Throws<CommandException>(
            () => DemoPictures.Divide([Class("big", 9), Class("tiny", 1)], 10, 4));

        Assert.Contains("'tiny'", error.Message, StringComparison.Ordinal);
    }

    private static (string Label, IReadOnlyList<DemoPicture> Pictures) Class(string label, int count) =>
        (label, [.. Enumerable.Range(0, count).Select(i => new DemoPicture($"{label}/{i}", label, []))]);
}
