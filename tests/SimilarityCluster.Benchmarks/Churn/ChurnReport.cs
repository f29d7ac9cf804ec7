using System.Globalization;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>What the benchmark of deletions says, round by round.</summary>
/// <param name="report">Receives it.</param>
/// <param name="set">The rows at the beginning.</param>
/// <param name="settings">What was asked for.</param>
internal sealed class ChurnReport(Report report, VectorSet set, ChurnSettings settings)
{
    private IndexState _churned;
    private IndexState _fresh;

    /// <summary>Writes what comes before the first round.</summary>
    public void Begin()
    {
        report.Line(
            $"{set.Name}, {settings.Code}: {set.RowCount} live rows and {set.QueryCount} queries of "
            + $"{set.Dimension} numbers, euclidean, breadth {settings.Breadth}. Each round deletes a fifth "
            + "of the live rows, chosen at random, inserts as many others, and repairs the graph when that "
            + "is due, with one thread. Fresh is an index of the live rows alone, built anew each round. "
            + "Round 0 is before the first change.");
        report.Table(
            "round", $"recall@{GroundTruth.Limit}", "fresh", "queries/CPU s", "fresh", "B/live row", "fresh",
            "round's CPU s");
    }

    /// <summary>Writes one round.</summary>
    /// <param name="round">Counted from 1; 0 is before the first.</param>
    /// <param name="churned">The index that has seen all rounds.</param>
    /// <param name="fresh">The index that has seen none.</param>
    /// <param name="cost">What deleting, inserting and repairing took.</param>
    public void Add(int round, IndexState churned, IndexState fresh, Cost cost)
    {
        (_churned, _fresh) = (churned, fresh);
        report.Row(
            round,
            Recall(churned),
            Recall(fresh),
            Spread.Number(churned.QueriesPerSecond),
            Spread.Number(fresh.QueriesPerSecond),
            churned.BytesPerRow,
            fresh.BytesPerRow,
            round == 0 ? "-" : Spread.Number(cost.CpuSeconds));
    }

    /// <summary>Records the figures of the last round.</summary>
    public void Finish()
    {
        Bar("recall-loss", _fresh.Recall - _churned.Recall);
        Bar("cpu-ratio", _churned.QueriesPerSecond / _fresh.QueriesPerSecond);
        Bar("bytes-ratio", _churned.BytesPerRow / _fresh.BytesPerRow);
    }

    private void Bar(string figure, double value) =>
        report.Bar($"churn.{set.Name}.{NameOf(settings.Code)}.{figure}", value);

    private static string NameOf(VectorCode code) => code switch
    {
        VectorCode.Float32 => "float32",
        VectorCode.FourBit => "fourbit",
        _ => "eightbit",
    };

    private static string Recall(IndexState state) =>
        state.Recall.ToString("0.00000", CultureInfo.InvariantCulture);
}
