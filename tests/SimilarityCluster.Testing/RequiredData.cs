namespace SimilarityCluster.Testing;

/// <summary>Data without which a test cannot run.</summary>
internal static class RequiredData
{
    /// <summary>Finds a file as <see cref="SharedData"/> does, and skips the test without it.</summary>
    /// <param name="relative">The file, relative to the folder of the data sets.</param>
    /// <returns>Its path.</returns>
    public static string Find(string relative)
    {
        var path = SharedData.TryFind(relative);
        Assert.SkipWhen(
            path is null, $"'{relative}' was not found: set SIMILARITY_DATA to the folder of the data sets.");
        return path!;
    }
}
