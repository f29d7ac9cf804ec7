using System.Globalization;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>
/// How fast are searches with a filter, beside comparing all members and beside filtering afterwards?
/// </summary>
/// <param name="report">Receives the tables and bars.</param>
/// <param name="settings">What to measure.</param>
internal sealed class FilterBenchmark(Report report, FilterSettings settings)
{
    private const double Target = 0.95;
    private const int DefaultBreadth = 64;

    // Names as bars have them: percent.
    private static readonly (string Name, double Share)[] Selectivities =
        [("50", 0.5), ("10", 0.1), ("1", 0.01), (".1", 0.001)];

    /// <summary>Runs the benchmark.</summary>
    public void Run()
    {
        report.Line(
            $"{GroundTruth.Limit} nearest members by euclidean distance; one query thread, one query a call, "
            + $"{settings.Code} codes. Each query has a filter of its own: random rows, or the rows that are "
            + "farthest from it (anti-correlated).");
        report.Line();
        report.Line(
            $"Ours and filtering afterwards run at the least breadth of a ladder with recall {Target} or "
            + $"more, the unfiltered search asking for as many hits; the scan is exact. The ratio is of ours "
            + $"to the better of the other two, by processor time: medians of {settings.Rounds} rounds, in "
            + "each of which all ways take turns. Recall and the last speed are ours at the default breadth, "
            + $"{DefaultBreadth}.");
        foreach (var dataset in settings.Datasets)
        {
            Run(dataset);
        }
    }

    private void Run(string dataset)
    {
        var set = VectorSets.Open(dataset);
        set = settings.RowCount is { } rows && rows < set.RowCount ? set.FirstRows(rows) : set;
        var queryCount = Math.Min(settings.QueryCount, set.QueryCount);
        var index = new FilterIndex(set, settings.Code);
        report.Line();
        report.Line($"{set.Name}: {set.RowCount} rows and {queryCount} queries of {set.Dimension} numbers.");
        report.Table(
            "filter", "members", "breadth", "queries/s", "exact scan queries/s", "filtered after: breadth",
            "queries/s", "ratio", $"recall at {DefaultBreadth}", $"queries/s at {DefaultBreadth}");
        var farthest = new RowSet[queryCount][];
        for (var query = 0; query < queryCount; query++)
        {
            var hits = index.ByDistance(query);
            farthest[query] = [.. Selectivities.Select(selectivity =>
                FilterSets.Farthest(hits, MembersOf(set, selectivity.Share)))];
        }

        for (var number = 0; number < Selectivities.Length; number++)
        {
            var (name, share) = Selectivities[number];
            var members = MembersOf(set, share);
            Measure(index, $"{dataset}.random.{name}", [.. Enumerable.Range(0, queryCount)
                .Select(query => FilterSets.Random(set.RowCount, members, query))]);
            Measure(index, $"{dataset}.anti.{name}", [.. farthest.Select(sets => sets[number])]);
        }
    }

    private void Measure(FilterIndex index, string name, RowSet[] sets)
    {
        var cell = new FilterCell(index, sets);
        cell.FindExact();
        var ours = cell.BreadthFor(Target, Ours);
        var after = cell.BreadthFor(Target, After);
        var rounds = Enumerable.Range(0, settings.Rounds).Select(_ => new
        {
            Ours = ours is { } found ? cell.Speed(Ours(found.Breadth)) : 0,
            Exact = cell.Speed(index.Exact),
            After = after is { } other ? cell.Speed(After(other.Breadth)) : 0,
            AtDefault = cell.Speed(Ours(DefaultBreadth)),
        }).ToList();
        var ratio = Median.Of(rounds.Select(round => round.Ours / Math.Max(round.Exact, round.After)));
        var recall = cell.Recall(Ours(DefaultBreadth));
        report.Row(
            name, sets[0].Count, Breadth(ours), Middle(rounds.Select(round => round.Ours)),
            Middle(rounds.Select(round => round.Exact)), Breadth(after),
            after is null ? "-" : Middle(rounds.Select(round => round.After)), ratio, recall,
            Middle(rounds.Select(round => round.AtDefault)));
        report.Bar($"filter.{name}.ratio", ratio);
        report.Bar($"filter.{name}.recall", recall);

        FilterCell.Way Ours(int breadth) =>
            (query, members, hits) => index.Planned(query, members, breadth, hits);

        FilterCell.Way After(int breadth) =>
            (query, members, hits) => index.FilteredAfter(query, members, breadth, hits);
    }

    private static int MembersOf(VectorSet set, double share) =>
        Math.Max(1, (int)Math.Round(share * set.RowCount));

    private static string Breadth((int Breadth, double Recall)? found) =>
        found is { } reached
            ? string.Create(CultureInfo.InvariantCulture, $"{reached.Breadth} ({reached.Recall:0.000})")
            : "-";

    private static string Middle(IEnumerable<double> speeds) =>
        Median.Of(speeds).ToString("0", CultureInfo.InvariantCulture);
}
