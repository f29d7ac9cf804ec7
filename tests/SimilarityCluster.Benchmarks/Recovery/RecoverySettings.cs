using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Recovery;

/// <summary>What the benchmark of starting again is asked to do.</summary>
/// <param name="RowCount">Rows of 128 numbers.</param>
/// <param name="Rounds">Starts that count; one more comes first.</param>
/// <param name="Cache">Folder of filled directories.</param>
/// <param name="IsRefilled">Whether a directory that was kept is filled anew.</param>
internal sealed record RecoverySettings(int RowCount, int Rounds, string Cache, bool IsRefilled)
{
    private const string Refill = "--refill";

    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued = ["--rows", "--rounds", "--cache", "--output"];

    /// <summary>Options that take none.</summary>
    public static readonly string[] Flags = [Refill];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static RecoverySettings From(Options options) => new(
        options.Count("--rows", 1_000_000),
        options.Count("--rounds", 5),
        BenchmarkCache.Open(options.Text("--cache")),
        options.Has(Refill));
}
