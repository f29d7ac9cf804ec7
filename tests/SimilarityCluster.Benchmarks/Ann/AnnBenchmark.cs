using System.Diagnostics;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>
/// How fast do indexes find the ten nearest neighbours at equal recall? One query thread, one query a call.
/// </summary>
internal static class AnnBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the tables and bars.</param>
    /// <param name="settings">What to measure.</param>
    public static void Run(Report report, AnnSettings settings)
    {
        var engines = AnnEngines.Make(settings);
        var set = VectorSets.Open(settings.Dataset);
        var store = new IndexStore(set, settings.Cache);
        var exact = store.Exact();
        try
        {
            var runs = engines.Select(engine => Prepare(engine, set, store, exact, settings)).ToList();
            Time(runs, set, settings.Rounds);
            new AnnReport(report, set, settings, runs).Write();
        }
        finally
        {
            foreach (var engine in engines)
            {
                engine.Dispose();
            }
        }
    }

    private static EngineRun Prepare(
        IAnnEngine engine, VectorSet set, IndexStore store, GroundTruth exact, AnnSettings settings)
    {
        var start = Stopwatch.GetTimestamp();
        var (cost, wasKept) = store.Prepare(engine);
        var curve = new RecallCurve(engine, set, exact);
        var run = new EngineRun(
            curve, cost, wasKept, settings.Memory ? MemoryProbe.Measure(settings, engine.Name) : null);
        foreach (var target in AnnReport.Targets.Keys)
        {
            if (curve.Find(target) is { } bracket)
            {
                run.Brackets.Add(target, bracket);
            }
        }

        Console.Error.WriteLine(
            $"{engine.Name}: {(wasKept ? "loaded" : "built")}, {curve.Points.Count} breadths, "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
        return run;
    }

    private static void Time(List<EngineRun> runs, VectorSet set, int rounds)
    {
        var timing = new TimingRounds(set);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var target in AnnReport.Targets.Keys)
            {
                var able = runs.FindAll(run => run.Brackets.ContainsKey(target));
                var baseline = able.Find(run => AnnEngines.IsBase(run.Engine));
                // Alone, the base is an engine like any other.
                var others = able.Count == 1 ? able : able.FindAll(run => run != baseline);
                var pairs = timing.Run(
                    round,
                    others.ConvertAll(run => (run.Engine, run.Brackets[target])),
                    baseline is null ? null : (baseline.Engine, baseline.Brackets[target]));
                foreach (var (engine, speed) in pairs)
                {
                    runs.Find(run => run.Engine == engine)!.Speeds.Add(speed);
                }
            }

            Console.Error.WriteLine($"round {round + 1} of {rounds}");
        }
    }
}
