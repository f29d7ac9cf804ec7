using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>What the benchmark of searches beside merges is asked to do.</summary>
/// <param name="RowCount">Rows of 128 numbers.</param>
/// <param name="SegmentBytes">Bytes of the log after which it becomes a segment.</param>
/// <param name="SearchCount">Searches that measure a server at rest.</param>
internal sealed record CompactionSettings(int RowCount, int SegmentBytes, int SearchCount)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued = ["--rows", "--segment-bytes", "--searches", "--output"];

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static CompactionSettings From(Options options) => new(
        options.Count("--rows", 200_000),
        options.Count("--segment-bytes", 16 << 20),
        options.Count("--searches", 5_000));
}
