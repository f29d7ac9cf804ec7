using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Build;

/// <summary>What the benchmark of building is asked to do.</summary>
/// <param name="Dataset">See <see cref="Data.VectorSets.Open"/>.</param>
/// <param name="RowCount">The first rows only; all where there are fewer.</param>
/// <param name="Hnswlib">Folder that contains hnswlib/hnswlib.h; null to leave hnswlib out.</param>
/// <param name="Threads">How many are compared with one, 1 and up.</param>
/// <param name="Breadth">Breadth of the searches that measure recall.</param>
/// <param name="Rounds">How often each index is built.</param>
/// <param name="Cache">Folder of what is kept between commands.</param>
internal sealed record BuildSettings(
    string Dataset, int RowCount, string? Hnswlib, int Threads, int Breadth, int Rounds, string Cache)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued =
    [
        "--dataset", "--rows", "--hnswlib", "--threads", "--breadth", "--rounds", "--cache", "--output",
    ];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static BuildSettings From(Options options) => new(
        options.Text("--dataset") ?? "fashion-mnist",
        options.Count("--rows", int.MaxValue),
        options.Folder("--hnswlib"),
        options.Count("--threads", 2),
        options.Count("--breadth", 64),
        options.Count("--rounds", 3),
        BenchmarkCache.Open(options.Text("--cache")));
}
