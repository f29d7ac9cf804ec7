using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Benchmarks.Merge;

/// <summary>What does it take to merge sealed graphs, beside building one of all rows?</summary>
internal static class MergeBenchmark
{
    private const int Threads = 2;
    private const int Breadth = 64;

    // Parts of the rows, as a large segment and small ones have them.
    private static readonly double[] Shares = [0.7, 0.15, 0.1, 0.05];

    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued = ["--dataset", "--rounds", "--cache", "--output"];

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="options">The command line.</param>
    public static void Run(Report report, Options options)
    {
        var set = VectorSets.Open(options.Text("--dataset") ?? "fashion-mnist");
        var rounds = options.Count("--rounds", 3);
        var exact = new IndexStore(set, BenchmarkCache.Open(options.Text("--cache"))).Exact();
        report.Line(
            $"{set.Name}: {set.RowCount} rows in sealed graphs of {string.Join(", ", Shares)} of them are "
            + $"merged; {Threads} threads. Both ways end with improved links in a sealed file. Processor "
            + $"time, median of {rounds} rounds; recall of {GroundTruth.Limit} at breadth {Breadth}.");
        report.Table("code", "merging s", "building anew s", "ratio", "recall merged", "recall anew");
        foreach (var code in new[] { VectorCode.EightBit, VectorCode.Principal })
        {
            Measure(report, set, exact, new HnswOptions { Code = code }, rounds);
        }
    }

    private static void Measure(
        Report report, VectorSet set, GroundTruth exact, HnswOptions options, int rounds)
    {
        var (ends, parts) = PartsOf(set, options);
        var (merges, builds, mergedRecall, builtRecall) = (new List<double>(), new List<double>(), 0.0, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            using var built = new SealedEngine("anew", options);
            builds.Add(Cost.OfProcess(() => built.Build(set, Threads)).CpuSeconds);
            builtRecall = RecallOf(built, set, exact);
            using var merged = new SealedEngine("merged", options);
            merges.Add(Cost.OfProcess(() => Merge(merged, set, options, ends, parts)).CpuSeconds);
            mergedRecall = RecallOf(merged, set, exact);
        }

        foreach (var part in parts)
        {
            part.Dispose();
        }

        var (merging, building) = (Median.Of(merges), Median.Of(builds));
        var code = CodeNames.Of(options.Code!.Value);
        report.Row(code, merging, building, building / merging, mergedRecall, builtRecall);
        report.Bar($"merge.{set.Name}.{code}.speed-ratio", building / merging);
        report.Bar($"merge.{set.Name}.{code}.recall-loss", builtRecall - mergedRecall);
    }

    private static void Merge(
        SealedEngine engine, VectorSet set, HnswOptions options, int[] ends, SealedEngine[] parts)
    {
        var merge = new GraphMerge([.. parts.Select(part => part.Graph)], options);
        engine.Build(set, merge.Graph, RowOf, Threads);

        int RowOf(int row)
        {
            var (source, own) = merge.SourceOf(row);
            return (source == 0 ? 0 : ends[source - 1]) + parts[source].Order[own];
        }
    }

    private static (int[] Ends, SealedEngine[] Parts) PartsOf(VectorSet set, HnswOptions options)
    {
        var (first, ends, parts) = (0, new int[Shares.Length], new SealedEngine[Shares.Length]);
        for (var index = 0; index < parts.Length; index++)
        {
            var isLast = index == parts.Length - 1;
            ends[index] = isLast ? set.RowCount : first + (int)(Shares[index] * set.RowCount);
            var rows = set.Rows[(first * set.Dimension)..(ends[index] * set.Dimension)];
            parts[index] = new SealedEngine("part", options);
            parts[index].Build(set with { Rows = rows }, Threads);
            first = ends[index];
        }

        return (ends, parts);
    }

    private static double RecallOf(SealedEngine engine, VectorSet set, GroundTruth exact)
    {
        var rows = new int[set.QueryCount * GroundTruth.Limit];
        engine.SearchEach(set.Queries, Breadth, rows);
        return exact.Recall(rows);
    }
}
