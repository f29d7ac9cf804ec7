using System.Diagnostics;
using System.Globalization;
using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Recall;

/// <summary>Does a search that asks for a recall get it?</summary>
internal static class RecallBenchmark
{
    private static readonly double[] Targets = [0.9, 0.95, 0.98, 0.99, 0.995];

    /// <summary>Options that take a value.</summary>
    public static readonly string[] Valued = ["--dataset", "--cache", "--output"];

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the tables and bars.</param>
    /// <param name="options">The command line.</param>
    public static void Run(Report report, Options options)
    {
        var cache = BenchmarkCache.Open(options.Text("--cache"));
        report.Line(
            $"Recall of {GroundTruth.Limit} nearest rows, of all test queries, which calibration does not "
            + "know. It takes rows of the graph as queries; its cost is that of one thread.");
        foreach (var dataset in (options.Text("--dataset") ?? "fashion-mnist,hard128").Split(','))
        {
            var set = VectorSets.Open(dataset);
            var exact = new IndexStore(set, cache).Exact();
            report.Line();
            report.Line(
                $"{set.Name}: {set.RowCount} rows, {set.QueryCount} queries of {set.Dimension} numbers.");
            report.Table("code", "calibration s", "asked", "breadth", "got", "queries/s");
            foreach (var (name, code) in CodeNames.All)
            {
                using var engine = new GraphEngine(name, new HnswOptions { Code = code });
                engine.Build(set, threads: 2);
                Ask(report, $"{set.Name}.{name}", engine, set, exact);
            }
        }
    }

    private static void Ask(Report report, string name, GraphEngine engine, VectorSet set, GroundTruth exact)
    {
        var calibration = Cost.OfThread(() =>
        {
            while (engine.Graph.Calibrate(16))
            {
            }
        });
        var rows = new int[set.QueryCount * GroundTruth.Limit];
        foreach (var target in Targets)
        {
            var breadth = engine.Graph.BreadthFor(target, GroundTruth.Limit);
            if (breadth == 0)
            {
                report.Row(name, calibration.CpuSeconds, target, "exact", "-", "-");
                continue;
            }

            var start = Stopwatch.GetTimestamp();
            engine.SearchEach(set.Queries, breadth, rows);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var got = exact.Recall(rows);
            report.Row(name, calibration.CpuSeconds, target, breadth, got, set.QueryCount / seconds);
            report.Bar($"recall.{name}@{target.ToString(".###", CultureInfo.InvariantCulture)}", got);
        }
    }
}
