using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SimilarityCluster.Benchmarks.Reporting;

/// <summary>What a benchmark prints and may keep: machine, versions, tables and bars.</summary>
/// <param name="title">The question that the benchmark answers.</param>
internal sealed class Report(string title)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _bars = [];

    /// <summary>Adds a line of Markdown.</summary>
    /// <param name="line">The line.</param>
    public void Line(string line = "")
    {
        _text.AppendLine(line);
        Console.WriteLine(line);
    }

    /// <summary>Begins a table.</summary>
    /// <param name="columns">Its headings.</param>
    public void Table(params ReadOnlySpan<string> columns)
    {
        Line();
        Line($"| {string.Join(" | ", columns.ToArray())} |");
        Line($"|{string.Concat(Enumerable.Repeat(" --- |", columns.Length))}");
    }

    /// <summary>Adds a row to the table.</summary>
    /// <param name="cells">Its cells.</param>
    public void Row(params ReadOnlySpan<object> cells) =>
        Line($"| {string.Join(" | ", cells.ToArray().Select(Text))} |");

    /// <summary>Records a figure that a script reads; printed last.</summary>
    /// <param name="name">Its name, dotted.</param>
    /// <param name="value">The figure.</param>
    public void Bar(string name, double value) => _bars.Add($"bar {name} {Text(value)}");

    /// <summary>Prints the bars and keeps the report.</summary>
    /// <param name="outputFile">The file to write, or null.</param>
    public void Finish(string? outputFile)
    {
        foreach (var bar in _bars)
        {
            Console.WriteLine(bar);
        }

        if (outputFile is not null)
        {
            File.WriteAllText(outputFile, Compose());
        }
    }

    private string Compose() =>
        $"""
        # {title}

        {Today()}, {Machine.Cpu()}, {Environment.ProcessorCount} cores,
        {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.

        {_text}
        ```
        {string.Join('\n', _bars)}
        ```

        """;

    private static string Today() =>
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(object cell) =>
        cell switch
        {
            double number =>
                number.ToString(Math.Abs(number) < 10 ? "0.####" : "0.#", CultureInfo.InvariantCulture),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => cell.ToString() ?? string.Empty,
        };
}
