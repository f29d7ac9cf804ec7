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

    /// <summary>FAISS (Douze et al.), as Debian has it.</summary>
    /// <param name="place">See <see cref="FaissSource.Locate"/>.</param>
    /// <param name="cache">Likewise.</param>
    /// <returns>The recipe.</returns>
    /// <exception cref="OptionException">It is not there.</exception>
    public static PeerRecipe Faiss(string place, string cache)
    {
        var (include, library) = FaissSource.Locate(place, cache);
        return new PeerRecipe(
            "faiss.cpp",
            $"FAISS with AVX2 ({Path.GetFileName(include)})",
            [library],
            ["-I", include, "-fopenmp"],
            [library, "-lopenblas", "-lgomp"]);
    }

    /// <summary>SymphonyQG (Gou et al., SIGMOD 2025), headers only, with its own flags.</summary>
    /// <param name="checkout">Its checkout.</param>
    /// <returns>The recipe.</returns>
    /// <exception cref="OptionException">It is not there.</exception>
    public static PeerRecipe SymphonyQG(string checkout)
    {
        var headers = Path.Combine(checkout, "symqglib");
        return Directory.Exists(headers)
            ? new PeerRecipe(
                "symphonyqg.cpp",
                "SymphonyQG",
                [headers],
                ["-I", headers, "-Ofast", "-fopenmp", "-DEIGEN_DONT_PARALLELIZE"],
                ["-lgomp"])
            : throw new OptionException($"--symphonyqg is '{checkout}'; it has no folder 'symqglib'.");
    }
}
