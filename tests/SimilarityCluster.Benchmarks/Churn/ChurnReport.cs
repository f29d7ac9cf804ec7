using System.Globalization;
using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>What the benchmark of deletions says, round by round.</summary>
/// <param name="report">Receives it.</param>
/// <param name="set">The rows at the beginning.</param>
/// <param name="settings">What was asked for.</param>
internal sealed class ChurnReport(Report report, VectorSet set, ChurnSettings settings)
{
    private IndexState _churned;
    private IndexState _fresh;
    private double _change;
    private double _repair;

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
            "CPU s of changing", "of repairing");
    }

    /// <summary>Writes one round.</summary>
    /// <param name="round">Counted from 1; 0 is before the first.</param>
    /// <param name="churned">The index that has seen all rounds.</param>
    /// <param name="fresh">The index that has seen none.</param>
    /// <param name="change">Processor seconds that deleting and inserting took.</param>
    /// <param name="repair">Those of repairing.</param>
    public void Add(int round, IndexState churned, IndexState fresh, double change, double repair)
    {
        (_churned, _fresh) = (churned, fresh);
        _change += change;
        _repair += repair;
        report.Row(
            round,
            Recall(churned),
            Recall(fresh),
            Spread.Number(churned.QueriesPerSecond),
            Spread.Number(fresh.QueriesPerSecond),
            churned.BytesPerRow,
            fresh.BytesPerRow,
            round == 0 ? "-" : Spread.Number(change),
            round == 0 ? "-" : Spread.Number(repair));
    }

    /// <summary>Records the figures of the last round, and what repairs took in all of them.</summary>
    public void Finish()
    {
        Bar("recall-loss", _fresh.Recall - _churned.Recall);
        Bar("cpu-ratio", _churned.QueriesPerSecond / _fresh.QueriesPerSecond);
        Bar("bytes-ratio", _churned.BytesPerRow / _fresh.BytesPerRow);
        if (_change > 0)
        {
            Bar("repair-ratio", _repair / _change);
        }
    }

    private void Bar(string figure, double value) =>
        report.Bar($"churn.{set.Name}.{CodeNames.Of(settings.Code)}.{figure}", value);

    private static string Recall(IndexState state) =>
        state.Recall.ToString("0.00000", CultureInfo.InvariantCulture);
}
