using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>The peers: where their sources are and how their shims are compiled.</summary>
internal static class PeerRecipes
{
    private const string SystemInclude = "/usr/include";

    /// <summary>hnswlib (Malkov and Yashunin), headers only.</summary>
    /// <param name="include">Folder that contains hnswlib/hnswlib.h; null for Debian's package.</param>
    /// <returns>The recipe.</returns>
    /// <exception cref="OptionException">It is not there.</exception>
    public static PeerRecipe Hnswlib(string? include)
    {
        var headers = Path.Combine(include ?? SystemInclude, "hnswlib");
        var label = include is null ? "hnswlib of libhnswlib-dev (0.6.2)" : "hnswlib of --hnswlib";
        return File.Exists(Path.Combine(headers, "hnswlib.h"))
            ? new PeerRecipe(
                "hnswlib.cpp", label, [headers], ["-I", include ?? SystemInclude], ["-lpthread"])
            : throw new OptionException(
                $"'{headers}' has no hnswlib.h: name the folder above it with --hnswlib, or install "
                + "libhnswlib-dev.");
    }
}
