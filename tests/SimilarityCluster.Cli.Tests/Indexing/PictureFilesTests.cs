using SimilarityCluster.Cli.Indexing;

namespace SimilarityCluster.Cli.Tests.Indexing;

public sealed class PictureFilesTests
{
    [Fact]
    public void Find_NestedFolders_GivesRelativeIdsInOrder()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "b.PNG", "a/z.jpg", "a/deep/y.webp", "notes.txt", "a/.hidden.gif" })
        {
            folder.Write(name, [1, 2, 3]);
        }

        var files = PictureFiles.Find(folder.Directory, labelFromFolder: true);

        Assert.Equal(
            "a/.hidden.gif:a a/deep/y.webp:deep a/z.jpg:a b.PNG:",
            string.Join(' ', files.Select(file => $"{file.Id}:{file.Label}")));
        Assert.All(files, file => Assert.Equal(3, file.SizeBytes));
        Assert.All(files, file => Assert.True(File.Exists(file.Path)));
    }

    [Fact]
    public void Find_LinkToAParent_IsNotFollowed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/1.png", [1]);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "loop"), folder.Path);

        Assert.Single(PictureFiles.Find(folder.Directory, labelFromFolder: false));
    }

    [Fact]
    public void IsStoredAs_SameFile_IsTrueAndAnyChangeIsFalse()
    {
        var time = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1);
        var file = new PictureFile("a/1.png", "/x/a/1.png", 10, time, "a");
        var stored = file.NewMetadata();

        Assert.True(file.IsStoredAs(stored));
        Assert.True((file with { Path = "/moved/a/1.png" }).IsStoredAs(stored));
        Assert.True((file with { Label = null }).IsStoredAs(stored));
        Assert.False((file with { SizeBytes = 11 }).IsStoredAs(stored));
        Assert.False((file with { Modified = time.AddTicks(1) }).IsStoredAs(stored));
        Assert.False((file with { Label = "b" }).IsStoredAs(stored));
        Assert.False(file.IsStoredAs(new Contracts.V1.Metadata()));
    }
}
