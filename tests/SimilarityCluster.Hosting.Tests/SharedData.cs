namespace SimilarityCluster.Hosting.Tests;

/// <summary>Finds data that is not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>Finds a file, and skips the test where it is not there.</summary>
    /// <param name="relative">
    /// The file below <c>SIMILARITY_DATA</c>, or below <c>shared/data</c> beside the repository.
    /// </param>
    /// <returns>Its path.</returns>
    public static string Find(string relative)
    {
        var roots = new List<string>();
        if (Environment.GetEnvironmentVariable("SIMILARITY_DATA") is { Length: > 0 } given)
        {
            roots.Add(given);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory);
            folder is not null;
            folder = folder.Parent)
        {
            roots.Add(Path.Combine(folder.FullName, "shared", "data"));
        }

        var found = roots.Select(root => Path.Combine(root, relative)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(
            found is null,
            $"{relative} is not there; set SIMILARITY_DATA to the folder that holds the data.");
        return found!;
    }
}
