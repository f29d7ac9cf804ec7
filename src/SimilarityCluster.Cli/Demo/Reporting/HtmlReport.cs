using System.Globalization;
using System.Net;
using System.Text;
using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Cli.Demo.Reporting;

/// <summary>
/// One page that needs no other file: the figures, and each query picture beside its neighbours.
/// </summary>
/// <param name="figures">What was measured.</param>
/// <param name="pictures">The pictures that the figures speak of.</param>
internal sealed class HtmlReport(DemoFigures figures, DemoPictures pictures)
{
    private readonly StringBuilder _html = new();

    // A picture stands in many places but its bytes only once: in a rule of the style sheet.
    private readonly Dictionary<string, int> _styleNumbers = new(StringComparer.Ordinal);

    /// <summary>Writes the page.</summary>
    /// <returns>HTML; every name in it is escaped.</returns>
    public string Write()
    {
        WriteSummary();
        WriteClasses();
        var before = figures.Before.Answers.Where(answer => IsNew(answer.Query.Label)).ToList();
        WriteSection(
            $"{figures.NewClass}: before its examples were indexed",
            "The index has never seen this class, so every neighbour belongs to another one.",
            before);
        var after = figures.After.Answers.OrderBy(answer => IsNew(answer.Query.Label) ? 0 : 1);
        foreach (var group in after.GroupBy(answer => answer.Query.Label, StringComparer.Ordinal))
        {
            var added = IsNew(group.Key)
                ? $": after {figures.ExampleCount} examples were indexed"
                : string.Empty;
            var accuracy = figures.After.Nearest.ByClass[group.Key];
            WriteSection(
                $"{group.Key}{added}",
                $"{accuracy.RightCount} of {accuracy.TotalCount} queries right.",
                [.. group]);
        }

        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>SimilarityCluster demo</title>
            <style>
            {ReportStyle.Css}
            {WritePictureRules()}</style>
            </head>
            <body>
            <main>
            {_html}</main>
            </body>
            </html>

            """;
    }

    private void WriteSummary()
    {
        _html.AppendLine("<h1>SimilarityCluster demo</h1>");
        _html.AppendLine(Format(
            $"""
            <p>{figures.IndexedCount} pictures were indexed with the model {Escape(figures.Model)} over
            {figures.ShardCount} shards; {figures.After.Answers.Count} other pictures were the queries. Then
            the class <b>{Escape(figures.NewClass)}</b> was added by indexing {figures.ExampleCount} examples,
            without any training. A query's class is that of its nearest neighbour.</p>
            <div class="cards">
            """));
        WriteCard(DemoTables.Share(figures.Before.Nearest.Overall), "right before the new class");
        WriteCard(DemoTables.Share(figures.After.Nearest.Overall), "right after");
        WriteCard(Format($"{figures.Recall:F4}"), "recall@10 of approximate against exact search");
        WriteCard(Format($"{figures.IndexedPerSecond:F0}/s"), "pictures indexed");
        foreach (var speed in figures.Speeds)
        {
            WriteCard(Format($"{speed.PerSecond:F0}/s"), $"queries by {speed.What}, 8 callers");
            WriteCard(
                Format($"{speed.MedianMs:F1} / {speed.NinetyNinthMs:F1} ms"),
                $"p50 / p99 of a query by {speed.What}");
        }

        _html.AppendLine("</div>");
    }

    private void WriteCard(string value, string caption) =>
        _html.AppendLine(Format(
            $"""<div class="card"><b>{Escape(value)}</b><span>{Escape(caption)}</span></div>"""));

    private void WriteClasses()
    {
        _html.AppendLine("<h2>Classes</h2>");
        _html.AppendLine(
            "<table><thead><tr><th>class</th><th>queries</th><th>right before</th><th>right after</th>"
            + "</tr></thead>");
        _html.AppendLine("<tbody>");
        foreach (var (label, after) in figures.After.Nearest.ByClass)
        {
            var added = IsNew(label) ? """<span class="new">added</span>""" : string.Empty;
            var before = figures.Before.Nearest.ByClass[label];
            _html.AppendLine(Format(
                $"""
                <tr><th>{Escape(label)}{added}</th><td>{after.TotalCount}</td>
                <td>{Bar(before, "bar before")}</td><td>{Bar(after, "bar")}</td></tr>
                """));
        }

        _html.AppendLine("</tbody></table>");
    }

    private static string Bar(ClassAccuracy accuracy, string style) =>
        Format($"""<span class="{style}"><i style="width:{100 * accuracy.Share:F1}%"></i></span>""")
        + DemoTables.Share(accuracy);

    private void WriteSection(string title, string remark, IReadOnlyList<DemoAnswer> answers)
    {
        _html.AppendLine(Format($"<section><h2>{Escape(title)}</h2><p>{Escape(remark)}</p>"));
        foreach (var answer in answers)
        {
            WriteAnswer(answer);
        }

        _html.AppendLine("</section>");
    }

    private void WriteAnswer(DemoAnswer answer)
    {
        var (style, verdict) = answer.IsRight ? ("row", "✓ right") : ("row wrong", "✗ wrong");
        _html.AppendLine(Format(
            $"""
            <div class="{style}"><div class="query">{Picture(answer.Query.Id)}</div>
            <div class="verdict"><b>{verdict}</b>{Escape(answer.Predicted ?? "no answer")}<br><span>{Escape(
                answer.Query.Id)}</span></div>
            <div class="neighbours">
            """));
        foreach (var neighbour in answer.Neighbours)
        {
            var isSame = string.Equals(neighbour.Label, answer.Query.Label, StringComparison.Ordinal);
            var (kind, mark) = isSame ? ("same", "✓") : ("other", "✗");
            var title = Format($"{Escape(neighbour.Id)}, distance {neighbour.Distance:F4}");
            _html.AppendLine(Format(
                $"""
                <figure class="{kind}" title="{title}">
                {Picture(neighbour.Id)}<figcaption>{mark} {Escape(neighbour.Label)}</figcaption></figure>
                """));
        }

        _html.AppendLine("</div></div>");
    }

    private string Picture(string id)
    {
        if (!_styleNumbers.TryGetValue(id, out var number))
        {
            number = _styleNumbers.Count;
            _styleNumbers.Add(id, number);
        }

        return Format($"""<div class="picture p{number}" role="img" aria-label="{Escape(id)}"></div>""");
    }

    private StringBuilder WritePictureRules()
    {
        var rules = new StringBuilder();
        foreach (var picture in pictures.Gallery.Concat(pictures.Examples).Concat(pictures.Queries))
        {
            if (_styleNumbers.TryGetValue(picture.Id, out var number)
                && Thumbnail.DataUri(picture.Encoded) is { } uri)
            {
                rules.AppendLine(Format($".p{number}{{background-image:url({uri})}}"));
            }
        }

        return rules;
    }

    private bool IsNew(string label) => string.Equals(label, figures.NewClass, StringComparison.Ordinal);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
