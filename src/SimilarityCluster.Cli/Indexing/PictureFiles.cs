using System.IO.Enumeration;

namespace SimilarityCluster.Cli.Indexing;

/// <summary>Finds pictures in folders.</summary>
internal static class PictureFiles
{
    private static readonly HashSet<string> Extensions =
        new([".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Finds the pictures in a folder and below it, told by their extensions. Links are not followed.
    /// </summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <param name="labelFromFolder">
    /// Whether the name of the folder that holds a picture is its label; pictures at the top have none.
    /// </param>
    /// <returns>Ascending by ordinal id.</returns>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static List<PictureFile> Find(DirectoryInfo folder, bool labelFromFolder)
    {
        var root = folder.FullName;
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            // A link back to a parent would never end.
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        var found = new FileSystemEnumerable<PictureFile>(
            root,
            (ref FileSystemEntry entry) => Describe(ref entry, root, labelFromFolder),
            options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) =>
                !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
        };
        return [.. found.OrderBy(file => file.Id, StringComparer.Ordinal)];
    }

    private static PictureFile Describe(ref FileSystemEntry entry, string root, bool labelFromFolder)
    {
        var path = entry.ToFullPath();
        var id = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
        var parts = id.Split('/');
        var label = labelFromFolder && parts.Length > 1 ? parts[^2] : null;
        return new PictureFile(id, path, entry.Length, entry.LastWriteTimeUtc, label);
    }
}
