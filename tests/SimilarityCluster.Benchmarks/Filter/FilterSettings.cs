using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>What a benchmark of filtered searches is asked to do.</summary>
/// <param name="Datasets">See <see cref="Data.VectorSets.Open"/>.</param>
/// <param name="QueryCount">Queries asked, of the first ones of a set; each has filters of its own.</param>
/// <param name="RowCount">Rows indexed, of the first ones of a set; null for all.</param>
/// <param name="Rounds">Repetitions of each measurement.</param>
/// <param name="Code">What walks and scans compare.</param>
internal sealed record FilterSettings(
    string[] Datasets, int QueryCount, int? RowCount, int Rounds, VectorCode Code)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued =
        ["--dataset", "--queries", "--rows", "--rounds", "--code", "--output"];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static FilterSettings From(Options options) => new(
        (options.Text("--dataset") ?? "fashion-mnist,hard128").Split(',', StringSplitOptions.TrimEntries),
        options.Count("--queries", 200),
        options.Text("--rows") is null ? null : options.Count("--rows", 1),
        options.Count("--rounds", 5),
        Enum.TryParse<VectorCode>(options.Text("--code") ?? nameof(VectorCode.EightBit), out var code)
            && Enum.IsDefined(code)
            ? code
            : throw new OptionException(
                $"--code is '{options.Text("--code")}'; expected one of "
                + $"{string.Join(", ", Enum.GetNames<VectorCode>())}."));
}
