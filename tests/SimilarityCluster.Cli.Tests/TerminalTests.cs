namespace SimilarityCluster.Cli.Tests;

public sealed class TerminalTests
{
    [Fact]
    public void Rich_Redirected_WritesNoEscapeSequences()
    {
        using var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, isInteractive: false);
        var table = Terminal.NewTable("name");
        Terminal.AddRow(table, "[red]not markup[/]");

        terminal.Rich.Write(table);

        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Contains("[red]not markup[/]", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_ControlCharacters_AreReplaced() =>
        Assert.Equal("a [31mb c", Terminal.Plain("a\u001b[31mb\nc"));

    [Fact]
    public void Fail_SeveralLines_StaysOnOne()
    {
        using var error = new StringWriter();

        new Terminal(TextWriter.Null, error, isInteractive: false).Fail("first\nsecond");

        Assert.Equal($"simcluster: first second{Environment.NewLine}", error.ToString());
    }
}
