namespace SimilarityCluster.Testing;

/// <summary>Finds the data sets, which are not part of the repository.</summary>
/// <remarks>Compiled into each project that needs it.</remarks>
internal static class SharedData
{
    /// <summary>
    /// Finds a file below <c>SIMILARITY_DATA</c>, or below a <c>shared/data</c> beside the repository.
    /// </summary>
    /// <param name="relative">The file, relative to that folder.</param>
    /// <returns>Its path, or null when it is in neither place.</returns>
    public static string? TryFind(string relative)
    {
        var roots = new List<string>();
        if (Environment.GetEnvironmentVariable("SIMILARITY_DATA") is { Length: > 0 } given)
        {
            roots.Add(given);
        }

        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            roots.Add(Path.Combine(above.FullName, "shared", "data"));
        }

        return roots.Select(root => Path.Combine(root, relative)).FirstOrDefault(File.Exists);
    }

    /// <summary>Finds a file as <see cref="TryFind"/> does.</summary>
    /// <param name="relative">The file, relative to that folder.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="FileNotFoundException">It is in neither place.</exception>
    public static string Find(string relative) =>
        TryFind(relative) ?? throw new FileNotFoundException(
            $"'{relative}' was not found: set SIMILARITY_DATA to the folder of the data sets.");
}
