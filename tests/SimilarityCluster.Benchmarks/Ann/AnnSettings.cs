using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>What a benchmark of the index is asked to do.</summary>
/// <param name="Dataset">See <see cref="Data.VectorSets.Open"/>.</param>
/// <param name="Hnswlib">Folder that contains hnswlib/hnswlib.h; null for the system's.</param>
/// <param name="SymphonyQG">A checkout of SymphonyQG, or null to leave it out.</param>
/// <param name="Faiss">See <see cref="Peers.FaissSource.Locate"/>; null to leave it out.</param>
/// <param name="Engines">Names of the engines wanted beside the base; null for all.</param>
/// <param name="Rounds">Pairs of runs.</param>
/// <param name="Cache">Folder of what is kept between commands.</param>
/// <param name="Json">File for all raw points, or null.</param>
/// <param name="HnswlibGrid">Whether hnswlib's other parameters are measured, too.</param>
/// <param name="Memory">Whether resident size is measured.</param>
/// <param name="Words">All of the above as they were given.</param>
internal sealed record AnnSettings(
    string Dataset,
    string? Hnswlib,
    string? SymphonyQG,
    string? Faiss,
    string[]? Engines,
    int Rounds,
    string Cache,
    string? Json,
    bool HnswlibGrid,
    bool Memory,
    IReadOnlyList<string> Words)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued =
    [
        "--dataset", "--hnswlib", "--symphonyqg", "--faiss", "--engines", "--rounds", "--cache", "--json",
        "--output", "--memory-of",
    ];

    /// <summary>Options that take none.</summary>
    public static readonly string[] Flags = ["--hnswlib-grid", "--no-memory"];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static AnnSettings From(Options options) => new(
        options.Text("--dataset") ?? "fashion-mnist",
        options.Folder("--hnswlib"),
        options.Folder("--symphonyqg"),
        options.Text("--faiss") switch
        {
            "none" => null,
            null or "auto" => "auto",
            _ => options.Folder("--faiss"),
        },
        options.Text("--engines")?.Split(',', StringSplitOptions.TrimEntries),
        options.Count("--rounds", 5),
        BenchmarkCache.Open(options.Text("--cache")),
        options.Text("--json"),
        options.Has("--hnswlib-grid"),
        !options.Has("--no-memory"),
        options.Words);
}
