using System.Text.RegularExpressions;
using SimilarityCluster.Cli.Demo;
using SimilarityCluster.Cli.Demo.Drawing;
using SimilarityCluster.Cli.Demo.Reporting;
using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Cli.Tests.Demo.Reporting;

public sealed partial class HtmlReportTests
{
    private const string Nasty = "<script>alert('x')</script>&\"";

    [Fact]
    public void Write_Page_NeedsNothingFromElsewhere()
    {
        var html = NewReport().Write();

        Assert.DoesNotContain("http:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(
            Addresses().Matches(html),
            address => Assert.StartsWith("url(data:image/", address.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_NastyNames_AreEscaped()
    {
        var html = NewReport().Write();

        Assert.DoesNotContain("alert('x')", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Answers_StandBesideTheirQueriesMarkedRightOrWrong()
    {
        var html = NewReport().Write();

        Assert.Equal(1, Count(html, "✓ right"));
        Assert.Equal(2, Count(html, "✗ wrong"));
        Assert.Equal(2, Count(html, "<figure class=\"same\""));
        Assert.Equal(2, Count(html, "<figure class=\"other\""));
        Assert.Equal(3, Count(html, "background-image:url("));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"url\([^)]{0,40}", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Addresses();

    private static HtmlReport NewReport()
    {
        var known = new DemoPicture("circle/0", "circle", PicturePainter.Draw(PictureKind.Circle, 1));
        var asked = new DemoPicture("circle/1", "circle", PicturePainter.Draw(PictureKind.Circle, 2));
        var added = new DemoPicture($"{Nasty}/0", Nasty, PicturePainter.Draw(PictureKind.Spiral, 3));
        DemoNeighbour toKnown = new(known.Id, known.Label, .1f);
        DemoAnswer right = new(asked, [toKnown, new DemoNeighbour("circle/9", "circle", .2f)], "circle");
        DemoAnswer wrong = new(added, [toKnown], "circle");
        return new HtmlReport(
            new DemoFigures
            {
                ShardCount = 4,
                Model = "descriptor@1",
                NewClass = Nasty,
                IndexedCount = 1,
                IndexedPerSecond = 10,
                ExampleCount = 0,
                ExampleTime = TimeSpan.FromMilliseconds(3),
                Recall = 1,
                Before = Pass(wrong),
                After = Pass(right, wrong),
                Speeds = [new QuerySpeed("picture", 1, 2, 3)],
            },
            new DemoPictures([known], [asked, added], [], Nasty));
    }

    private static DemoPass Pass(params DemoAnswer[] answers)
    {
        var tally = new AccuracyTally();
        tally.Add("circle", "circle");
        tally.Add(Nasty, "circle");
        return new DemoPass(answers, tally, tally);
    }
}
