using System.Globalization;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Data;

namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>What the benchmark of writing is asked to do.</summary>
/// <param name="Datasets">See <see cref="VectorSets.Open"/>.</param>
/// <param name="RowCount">Rows, at most those of the set but for hard128; null for all.</param>
/// <param name="WriteCount">Single writes of 64 callers; one caller does a fifth of it.</param>
/// <param name="SegmentBytes">
/// Bytes of the log after which it becomes a segment; null for the default.
/// </param>
/// <param name="Cache">Folder of exact neighbours.</param>
internal sealed record IngestSettings(
    string[] Datasets, int? RowCount, int WriteCount, int? SegmentBytes, string Cache)
{
    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued =
        ["--dataset", "--rows", "--writes", "--segment-bytes", "--cache", "--output"];

    /// <summary>Words of the server's command line.</summary>
    public string[] ServerWords =>
        SegmentBytes is { } bytes
            ? ["--Shard:SegmentBytesLimit", bytes.ToString(CultureInfo.InvariantCulture)]
            : [];

    /// <summary>Opens a set.</summary>
    /// <param name="dataset">Its name; of <c>hard128</c> as many rows are made as are asked for.</param>
    /// <returns>The set.</returns>
    public VectorSet Open(string dataset) =>
        RowCount is not { } rows ? VectorSets.Open(dataset)
        : dataset is "hard128" ? HardVectors.Make(dataset, rows)
        : VectorSets.Open(dataset).FirstRows(rows);

    /// <summary>Reads them from the command line.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static IngestSettings From(Options options) => new(
        (options.Text("--dataset") ?? "hard128,fashion-mnist").Split(','),
        CountOf(options, "--rows"),
        options.Count("--writes", 10_000),
        CountOf(options, "--segment-bytes"),
        BenchmarkCache.Open(options.Text("--cache")));

    private static int? CountOf(Options options, string name) =>
        options.Text(name) is null ? null : options.Count(name, 0);
}
