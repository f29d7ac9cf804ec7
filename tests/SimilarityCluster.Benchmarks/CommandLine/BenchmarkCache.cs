namespace SimilarityCluster.Benchmarks.CommandLine;

/// <summary>The folder of what is kept between commands.</summary>
internal static class BenchmarkCache
{
    /// <summary>Makes sure that the folder is there.</summary>
    /// <param name="folder">As given; null for a folder of the user's.</param>
    /// <returns>Its full path.</returns>
    public static string Open(string? folder) => Directory.CreateDirectory(folder ?? Default()).FullName;

    private static string Default() => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
        "similarity-cluster-benchmarks");
}
