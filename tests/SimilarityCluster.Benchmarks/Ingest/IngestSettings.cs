using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>What the benchmark of writing is asked to do.</summary>
/// <param name="Datasets">See <see cref="Data.VectorSets.Open"/>.</param>
/// <param name="RowCount">The first rows only; all where there are fewer.</param>
/// <param name="WriteCount">Single writes of 64 callers; one caller does a fifth of it.</param>
/// <param name="Cache">Folder of exact neighbours.</param>
internal sealed record IngestSettings(string[] Datasets, int RowCount, int WriteCount, string Cache)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued = ["--dataset", "--rows", "--writes", "--cache", "--output"];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static IngestSettings From(Options options) => new(
        (options.Text("--dataset") ?? "hard128,fashion-mnist").Split(','),
        options.Count("--rows", int.MaxValue),
        options.Count("--writes", 10_000),
        BenchmarkCache.Open(options.Text("--cache")));
}
