using System.Text.RegularExpressions;

namespace SimilarityCluster.Cli.Tests.Cluster;

public sealed partial class DemoTests
{
    [Fact]
    public async Task Demo_SmallCounts_EndsWithFiguresAndAReport()
    {
        using var folder = new TemporaryFolder();
        var report = Path.Combine(folder.Path, "report.html");

        var run = await CliRun.OfAsync(
            "demo", "--gallery", "12", "--queries", "4", "--shards", "2", "--report", report);

        Assert.True(run.ExitCode == 0, run.Error);
        var recall = Recall().Match(run.Output);
        Assert.True(recall.Success, run.Output);
        Assert.InRange(
            double.Parse(
                recall.Groups["recall"].Value, System.Globalization.CultureInfo.InvariantCulture),
            .9,
            1);
        Assert.Contains("star (added)", run.Output, StringComparison.Ordinal);
        Assert.Contains("pictures/s", run.Output, StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", await File.ReadAllTextAsync(
            report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"recall@10[^│]*│ (?<recall>[01]\.\d{4})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Recall();
}
