using System.Globalization;
using System.Text.Json;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>What the benchmark of the index says.</summary>
/// <param name="report">Receives it.</param>
/// <param name="set">What was searched.</param>
/// <param name="settings">What was asked for.</param>
/// <param name="runs">What was measured, the base first.</param>
internal sealed class AnnReport(
    Report report, VectorSet set, AnnSettings settings, IReadOnlyList<EngineRun> runs)
{
    /// <summary>The recalls at which engines are compared, with their names in bars.</summary>
    public static readonly SortedDictionary<double, string> Targets = new()
    {
        [0.90] = ".90",
        [0.95] = ".95",
        [0.99] = ".99",
        [0.999] = ".999",
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly EngineRun _base = runs[0];

    /// <summary>Writes the tables and bars, and the raw points where they are wanted.</summary>
    public void Write()
    {
        report.Line(
            $"{set.Name}: {set.RowCount} rows and {set.QueryCount} queries of {set.Dimension} numbers, "
            + $"{GroundTruth.Limit} nearest by euclidean distance. One query thread, one query a call, "
            + "the loop over the queries in each engine's own language.");
        report.Line();
        report.Line(
            "Recall counts every row as near as the tenth exact neighbour. Speed at a recall is between two "
            + "neighbouring measured breadths (the logarithm of queries/s linear in recall), \"-\" where "
            + $"there are none. Medians of {settings.Rounds} rounds, least and most; a ratio is to a run of "
            + $"{AnnEngines.Base} right before or after, all queries each.");
        WriteIndexes();
        foreach (var (target, name) in Targets)
        {
            WriteSpeeds(target, name);
        }

        WriteBestHnswlib();
        if (settings.Json is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(Raw(), Indented));
        }
    }

    private void WriteIndexes()
    {
        report.Table(
            "engine", "what", "build CPU s", "build wall s", "build ratio", "hot B/vector", "total B/vector",
            "resident B/vector");
        foreach (var run in runs)
        {
            var engine = run.Engine;
            var ratio = _base.BuildCost.CpuSeconds / run.BuildCost.CpuSeconds;
            report.Row(
                engine.Name, engine.Description, run.BuildCost.CpuSeconds,
                $"{Spread.Number(run.BuildCost.WallSeconds)}{(run.WasKept ? " (kept)" : string.Empty)}",
                ratio,
                engine.HotBytes / (double)set.RowCount, engine.TotalBytes / (double)set.RowCount,
                run.ResidentBytes is { } bytes ? bytes / (double)set.RowCount : "-");
            Bar(run, "build-ratio", ratio);
            Bar(run, "hot-bytes-ratio", engine.HotBytes / (double)_base.Engine.HotBytes);
            if (run.ResidentBytes is { } own && _base.ResidentBytes is { } other)
            {
                Bar(run, "resident-ratio", own / (double)other);
            }
        }

        report.Line();
        report.Line(
            "Built with one thread; \"kept\" indexes were built by an earlier command. The build ratio is of "
            + "processor time, above 1 where the engine is faster than the base.");
    }

    private void WriteSpeeds(double target, string name)
    {
        report.Table(
            $"recall {name}", "breadths", "recalls", "queries/s", "queries/CPU s", "ratio", "ratio by CPU",
            "B allocated");
        foreach (var run in runs)
        {
            if (!run.Brackets.TryGetValue(target, out var bracket))
            {
                report.Row(run.Engine.Name, "-", Reach(run), "-", "-", "-", "-", "-");
                continue;
            }

            var ratio = run.At(target, speed => speed.Wall / speed.BaseWall);
            var cpuRatio = run.At(target, speed => speed.Cpu / speed.BaseCpu);
            var allocated = run.At(target, speed => speed.AllocatedBytes);
            report.Row(
                run.Engine.Name, $"{bracket.Low.Breadth}, {bracket.High.Breadth}",
                $"{Recall(bracket.Low)}, {Recall(bracket.High)}",
                Text(run.At(target, speed => speed.Wall)), Text(run.At(target, speed => speed.Cpu)),
                Text(ratio), Text(cpuRatio), run.Engine.IsOurs ? allocated!.Most : "-");
            if (ratio is not null && run != _base)
            {
                Bar(run, $"qps-ratio@{name}", ratio.Middle);
                Bar(run, $"cpu-ratio@{name}", cpuRatio!.Middle);
            }
        }
    }

    private void WriteBestHnswlib()
    {
        foreach (var run in runs.Where(run => run.Engine.IsOurs && run.Speeds.Count > 0))
        {
            Bar(run, "allocated-bytes", run.Speeds.Max(speed => speed.AllocatedBytes));
        }

        var family = runs.Where(run => AnnEngines.IsOfBase(run.Engine)).ToList();
        if (family.Count == 1)
        {
            return;
        }

        report.Table(
            $"best {AnnEngines.Base} at recall", "which", "queries/s", $"{_base.Engine.Name}'s queries/s",
            "queries/CPU s", $"{_base.Engine.Name}'s queries/CPU s", "ratio by CPU");
        foreach (var (target, name) in Targets)
        {
            var best = family.MaxBy(run => run.At(target, speed => speed.Cpu)?.Middle);
            if (best?.At(target, speed => speed.Cpu) is { } speed)
            {
                var ratio = best.At(target, round => round.Cpu / round.BaseCpu);
                report.Row(
                    name, best.Engine.Name, Text(best.At(target, round => round.Wall)),
                    Text(_base.At(target, round => round.Wall)), speed,
                    Text(_base.At(target, round => round.Cpu)), Text(ratio));
                if (ratio is not null)
                {
                    report.Bar($"ann.{set.Name}.{AnnEngines.Base}-best.cpu-ratio@{name}", ratio.Middle);
                }
            }
        }

        report.Line();
        report.Line(
            $"The best by processor time of {string.Join(", ", family.Select(run => run.Engine.Name))}; "
            + $"every other ratio stays one to {_base.Engine.Name}.");
    }

    private object Raw() => new
    {
        dataset = set.Name,
        rows = set.RowCount,
        queries = set.QueryCount,
        dimension = set.Dimension,
        limit = GroundTruth.Limit,
        cpu = Machine.Cpu(),
        settings = settings.Words,
        engines = runs.Select(run => new
        {
            name = run.Engine.Name,
            description = run.Engine.Description,
            build = run.BuildCost,
            builtEarlier = run.WasKept,
            hotBytes = run.Engine.HotBytes,
            totalBytes = run.Engine.TotalBytes,
            residentBytes = run.ResidentBytes,
            points = run.Curve.Points.Values,
            brackets = run.Brackets.Values,
            rounds = run.Speeds,
        }),
    };

    private void Bar(EngineRun run, string figure, double value) =>
        report.Bar($"ann.{set.Name}.{run.Engine.Name}.{figure}", value);

    private static string Reach(EngineRun run) =>
        $"{Recall(run.Curve.Points.Values.First())} to {Recall(run.Curve.Points.Values.Last())}";

    private static string Recall(RecallPoint point) =>
        point.Recall.ToString("0.00000", CultureInfo.InvariantCulture);

    private static string Text(Spread? spread) => spread?.ToString() ?? "-";
}
