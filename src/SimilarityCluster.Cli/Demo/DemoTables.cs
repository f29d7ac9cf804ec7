using System.Globalization;
using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Cli.Demo;

/// <summary>Prints the demo's figures.</summary>
internal static class DemoTables
{
    /// <summary>Writes the tables.</summary>
    /// <param name="figures">The figures.</param>
    /// <param name="terminal">Where to write.</param>
    public static void Write(DemoFigures figures, Terminal terminal)
    {
        var classes = Terminal.NewTable("class", "queries", "right before", "right after");
        foreach (var (label, after) in figures.After.Nearest.ByClass)
        {
            var isNew = string.Equals(label, figures.NewClass, StringComparison.Ordinal);
            Terminal.AddRow(
                classes,
                isNew ? $"{label} (added)" : label,
                Text(after.TotalCount),
                Share(figures.Before.Nearest.ByClass[label]),
                Share(after));
        }

        Terminal.AddRow(
            classes,
            "all",
            Text(figures.After.Nearest.Overall.TotalCount),
            Share(figures.Before.Nearest.Overall),
            Share(figures.After.Nearest.Overall));
        Terminal.AddRow(
            classes,
            Text($"all, vote of {DemoRun.VoterCount}"),
            Text(figures.After.Vote.Overall.TotalCount),
            Share(figures.Before.Vote.Overall),
            Share(figures.After.Vote.Overall));
        terminal.Rich.Write(classes);

        var values = Terminal.NewTable("measure", "value");
        Terminal.AddRow(values, "recall@10, approximate against exact", Text(figures.Recall, "F4"));
        Terminal.AddRow(
            values,
            Text($"indexing ({figures.IndexedCount} pictures, {figures.ShardCount} shards, {figures.Model})"),
            $"{Text(figures.IndexedPerSecond, "F1")} pictures/s");
        Terminal.AddRow(
            values,
            Text($"class '{figures.NewClass}' added with {figures.ExampleCount} examples in"),
            $"{Text(figures.ExampleTime.TotalMilliseconds, "F0")} ms");
        foreach (var speed in figures.Speeds)
        {
            Terminal.AddRow(
                values,
                $"query by {speed.What}, latency p50 / p99",
                $"{Text(speed.MedianMs, "F2")} / {Text(speed.NinetyNinthMs, "F2")} ms");
            Terminal.AddRow(
                values, $"query by {speed.What}, 8 callers", $"{Text(speed.PerSecond, "F0")} queries/s");
        }

        terminal.Rich.Write(values);
    }

    /// <summary>Writes a share of right answers.</summary>
    /// <param name="accuracy">The counts.</param>
    /// <returns>Percent with one decimal.</returns>
    public static string Share(ClassAccuracy accuracy) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy.Share:F1} %");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number, string format) =>
        number.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
