using SimilarityCluster.Cli.Demo;

namespace SimilarityCluster.Cli.Tests.Demo;

public sealed class PictureSourcesTests
{
    [Fact]
    public void Draw_SmallCounts_DrawsEveryKindWithDistinctIds()
    {
        var pictures = PictureSources.Draw(galleryCount: 6, queryCount: 2, seed: 1);

        Assert.Equal("star", pictures.NewClass);
        Assert.Equal(12 * 6, pictures.Gallery.Count);
        Assert.Equal(13 * 2, pictures.Queries.Count);
        Assert.Equal(5, pictures.Examples.Count);
        var all = pictures.Gallery.Concat(pictures.Queries).Concat(pictures.Examples).ToList();
        Assert.Equal(all.Count, all.Select(picture => picture.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Draw_SameSeed_DrawsTheSame()
    {
        var first = PictureSources.Draw(galleryCount: 1, queryCount: 1, seed: 9);
        var second = PictureSources.Draw(galleryCount: 1, queryCount: 1, seed: 9);
        var other = PictureSources.Draw(galleryCount: 1, queryCount: 1, seed: 10);

        Assert.Equal(first.Gallery[0].Encoded, second.Gallery[0].Encoded);
        Assert.NotEqual(first.Gallery[0].Encoded, other.Gallery[0].Encoded);
    }

    [Fact]
    public void Read_Folder_TakesSubFoldersAsClassesAndTheLastAsNew()
    {
        using var folder = new TemporaryFolder();
        string[] names =
            ["cat/1.png", "cat/2.png", "dog/1.png", "dog/deep/2.jpg", "loose.png", "empty/no.txt"];
        foreach (var name in names)
        {
            folder.Write(name, [1]);
        }

        var pictures = PictureSources.Read(folder.Directory, galleryCount: 10, queryCount: 10, seed: 1);

        Assert.Equal("dog", pictures.NewClass);
        Assert.Equal("cat", Assert.Single(pictures.Gallery).Label);
        Assert.Equal(2, pictures.Queries.Count);
        Assert.StartsWith("dog/", Assert.Single(pictures.Examples).Id, StringComparison.Ordinal);
    }
}
