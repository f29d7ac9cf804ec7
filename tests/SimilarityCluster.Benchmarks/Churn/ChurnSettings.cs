using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>What the benchmark of deletions is asked to do.</summary>
/// <param name="Dataset">See <see cref="Data.VectorSets.Open"/>.</param>
/// <param name="RowCount">Live rows; fewer where the set has fewer.</param>
/// <param name="QueryCount">The first queries only; all where there are fewer.</param>
/// <param name="Code">What walks compare.</param>
/// <param name="Breadth">Breadth of all searches.</param>
/// <param name="Rounds">How often a fifth of the rows is replaced.</param>
internal sealed record ChurnSettings(
    string Dataset, int RowCount, int QueryCount, VectorCode Code, int Breadth, int Rounds)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued =
        ["--dataset", "--rows", "--queries", "--code", "--breadth", "--rounds", "--output"];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static ChurnSettings From(Options options) => new(
        options.Text("--dataset") ?? "fashion-mnist",
        options.Count("--rows", 40_000),
        options.Count("--queries", 1_000),
        CodeOf(options.Text("--code") ?? nameof(VectorCode.EightBit)),
        options.Count("--breadth", 64),
        options.Count("--rounds", 10));

    private static VectorCode CodeOf(string text) =>
        Enum.TryParse<VectorCode>(text, ignoreCase: true, out var code) && Enum.IsDefined(code)
            ? code
            : throw new OptionException(
                $"--code is '{text}'; expected {string.Join(", ", Enum.GetNames<VectorCode>())}.");
}
