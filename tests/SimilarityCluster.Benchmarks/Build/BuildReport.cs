using System.Globalization;
using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Build;

/// <summary>What the benchmark of building says.</summary>
/// <param name="report">Receives it.</param>
/// <param name="set">What was indexed.</param>
/// <param name="settings">What was asked for.</param>
/// <param name="contenders">What was measured, each index first with one thread.</param>
internal sealed class BuildReport(
    Report report, VectorSet set, BuildSettings settings, IReadOnlyList<Contender> contenders)
{
    private readonly Contender? _base =
        contenders.FirstOrDefault(contender => contender.Threads == 1 && AnnEngines.IsBase(contender.Engine));

    /// <summary>Writes the table and bars.</summary>
    public void Write()
    {
        report.Line(
            $"{set.Name}: {set.RowCount} rows and {set.QueryCount} queries of {set.Dimension} numbers, "
            + $"euclidean. Medians of {settings.Rounds} rounds, least and most; each round builds all, every "
            + "other one backwards. Processor time is that of the whole process. Ratios are of one round: "
            + $"to {AnnEngines.Base} by processor time with one thread each, and to one thread by the clock; "
            + "above 1 is faster.");
        report.Table(
            "index", "what", "threads", "wall s", "CPU s", "rows/s",
            $"recall@{GroundTruth.Limit}, breadth {settings.Breadth}", $"ratio to {AnnEngines.Base}",
            "ratio to one thread");
        Contender? single = null;
        foreach (var contender in contenders)
        {
            single = contender.Threads == 1 ? contender : single;
            WriteRow(contender, single!);
        }
    }

    private void WriteRow(Contender contender, Contender single)
    {
        var engine = contender.Engine;
        var isSingle = contender == single;
        var toBase = isSingle && _base != contender
            ? _base?.RatioTo(contender, cost => cost.CpuSeconds)
            : null;
        var toSingle = isSingle ? null : single.RatioTo(contender, cost => cost.WallSeconds);
        report.Row(
            engine.Name,
            engine.Description,
            contender.Threads,
            contender.Of(cost => cost.WallSeconds),
            contender.Of(cost => cost.CpuSeconds),
            contender.Of(cost => set.RowCount / cost.WallSeconds),
            Recall(contender.Recall),
            toBase?.ToString() ?? "-",
            toSingle?.ToString() ?? "-");
        if (toBase is not null)
        {
            report.Bar($"build.{set.Name}.{engine.Name}.ratio", toBase.Middle);
        }

        if (toSingle is not null)
        {
            report.Bar($"build.{set.Name}.{engine.Name}.threads-ratio", toSingle.Middle);
        }
    }

    private static string Recall(Spread recall) => string.Create(
        CultureInfo.InvariantCulture,
        $"{recall.Middle:0.00000} ({recall.Least:0.00000}-{recall.Most:0.00000})");
}
