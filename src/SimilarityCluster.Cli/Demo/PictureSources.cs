using System.Globalization;
using SimilarityCluster.Cli.Demo.Drawing;
using SimilarityCluster.Cli.Indexing;

namespace SimilarityCluster.Cli.Demo;

/// <summary>Where the demo's pictures come from.</summary>
internal static class PictureSources
{
    /// <summary>Draws pictures of every <see cref="PictureKind"/>; the last kind is the new class.</summary>
    /// <param name="galleryCount">Pictures of each known class to index.</param>
    /// <param name="queryCount">Pictures of each class to hold out.</param>
    /// <param name="seed">Another seed draws other pictures.</param>
    /// <returns>The pictures.</returns>
    public static DemoPictures Draw(int galleryCount, int queryCount, int seed)
    {
        var kinds = Enum.GetValues<PictureKind>();
        var seeds = new SeededNumbers((ulong)seed);
        var classes = new List<(string, IReadOnlyList<DemoPicture>)>();
        foreach (var kind in kinds)
        {
            var label = Label(kind);
            var indexed = kind == kinds[^1] ? DemoPictures.ExampleCount : galleryCount;
            var pictures = Enumerable.Range(0, indexed + queryCount)
                .Select(i => new DemoPicture(
                    string.Create(CultureInfo.InvariantCulture, $"{label}/{i:D3}.png"),
                    label,
                    PicturePainter.Draw(kind, seeds.NextBits())))
                .ToList();
            classes.Add((label, pictures));
        }

        return DemoPictures.Divide(classes, galleryCount, queryCount);
    }

    /// <summary>
    /// Reads the user's pictures: each sub-folder is a class, the last one by name is the new class.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="galleryCount">Most pictures of each known class to index.</param>
    /// <param name="queryCount">Most pictures of each class to hold out.</param>
    /// <param name="seed">Chooses among the pictures of a class.</param>
    /// <returns>The pictures.</returns>
    /// <exception cref="CommandException">There are too few sub-folders or pictures.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DemoPictures Read(DirectoryInfo folder, int galleryCount, int queryCount, int seed)
    {
        var numbers = new SeededNumbers((ulong)seed);
        var classes = new List<(string, IReadOnlyList<DemoPicture>)>();
        foreach (var child in folder.GetDirectories().OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            var files = PictureFiles.Find(child, labelFromFolder: false);
            if (files.Count == 0)
            {
                continue;
            }

            numbers.Shuffle(files);
            var pictures = files.Take(galleryCount + queryCount)
                .Select(file => new DemoPicture(
                    $"{child.Name}/{file.Id}", child.Name, File.ReadAllBytes(file.Path)))
                .ToList();
            classes.Add((child.Name, pictures));
        }

        return DemoPictures.Divide(classes, galleryCount, queryCount);
    }

    private static string Label(PictureKind kind)
    {
        var name = kind.ToString();
        return $"{char.ToLowerInvariant(name[0])}{name[1..]}";
    }
}
