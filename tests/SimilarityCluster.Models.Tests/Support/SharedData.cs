namespace SimilarityCluster.Models.Tests.Support;

/// <summary>Data sets that are not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>Finds a file below <c>SIMILARITY_DATA</c> or <c>shared/data</c>, or skips the test.</summary>
    public static string FindOrSkip(string relative)
    {
        var roots = new List<string>();
        if (Environment.GetEnvironmentVariable("SIMILARITY_DATA") is { Length: > 0 } given)
        {
            roots.Add(given);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder =
            folder.Parent)
        {
            roots.Add(Path.Combine(folder.FullName, "shared", "data"));
        }

        var path = roots.Select(root => Path.Combine(root, relative)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"The data file '{relative}' is not here.");
        return path!;
    }
}
