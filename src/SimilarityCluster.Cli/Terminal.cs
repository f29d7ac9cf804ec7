using Spectre.Console;

namespace SimilarityCluster.Cli;

/// <summary>Where a command writes: tables and answers to the output, problems to the error stream.</summary>
internal sealed class Terminal
{
    // Redirected output has no width of its own; this keeps ids and fingerprints on one line.
    private const int RedirectedWidth = 160;

    /// <summary>Writes to two streams.</summary>
    /// <param name="output">For results.</param>
    /// <param name="error">For problems.</param>
    /// <param name="isInteractive">Whether a person watches: then colours and progress bars are used.</param>
    public Terminal(TextWriter output, TextWriter error, bool isInteractive)
    {
        Output = output;
        Error = error;
        IsInteractive = isInteractive;
        Rich = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isInteractive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!isInteractive)
        {
            Rich.Profile.Width = RedirectedWidth;
        }
    }

    /// <summary>The plain output, for what programs read.</summary>
    public TextWriter Output { get; }

    /// <summary>The plain error stream.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person watches the output.</summary>
    public bool IsInteractive { get; }

    /// <summary>
    /// The output for tables and progress bars; without escape sequences when it is redirected.
    /// </summary>
    public IAnsiConsole Rich { get; }

    /// <summary>The terminal of this process.</summary>
    /// <returns>Interactive unless the output is redirected.</returns>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);

    /// <summary>Writes one line about a problem.</summary>
    /// <param name="message">The problem; control characters are replaced.</param>
    public void Fail(string message) => Error.WriteLine($"simcluster: {Plain(message)}");

    /// <summary>Begins a table.</summary>
    /// <param name="columns">The headings.</param>
    /// <returns>A table without rows.</returns>
    public static Table NewTable(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        }

        return table;
    }

    /// <summary>Adds a row of plain texts, none of which is read as markup.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cells">One text a column.</param>
    public static void AddRow(Table table, params ReadOnlySpan<string> cells)
    {
        var texts = new Text[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            texts[i] = new Text(Plain(cells[i]));
        }

        table.AddRow(texts);
    }

    /// <summary>
    /// Replaces control characters, so that a file name or a server's message cannot steer the terminal.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text on one line.</returns>
    public static string Plain(string text) =>
        text.Any(char.IsControl)
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) ? ' ' : source[i];
                }
            })
            : text;
}
