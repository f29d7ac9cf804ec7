namespace SimilarityCluster.Benchmarks.Data;

/// <summary>Finds the data sets, which are not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>Finds a file below <c>SIMILARITY_DATA</c>, or beside the repository.</summary>
    /// <param name="relative">The file, relative to that folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="FileNotFoundException">It is in neither place.</exception>
    public static string Find(string relative)
    {
        if (Environment.GetEnvironmentVariable("SIMILARITY_DATA") is { Length: > 0 } given)
        {
            return Existing(Path.Combine(given, relative));
        }

        var start = new DirectoryInfo(AppContext.BaseDirectory);
        for (var folder = start; folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException(
            $"'{relative}' was not found: set SIMILARITY_DATA to the folder that holds the data sets.");
    }

    private static string Existing(string path) =>
        File.Exists(path)
            ? path
            : throw new FileNotFoundException($"SIMILARITY_DATA is set, but there is no file '{path}'.");
}
