namespace SimilarityCluster.Architecture.Tests.Readme;

/// <summary>A page and what can be taken out of it.</summary>
/// <param name="text">What stands in it.</param>
internal sealed class Markdown(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <summary>The fenced blocks of a language.</summary>
    /// <param name="language">For instance csharp.</param>
    /// <returns>The line after the fence, counted from 1, and the text.</returns>
    public IEnumerable<(int Line, string Text)> Blocks(string language)
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            if (!string.Equals(_lines[i], "```" + language, StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.IndexOf(_lines, "```", i + 1);
            yield return (i + 2, string.Join('\n', _lines[(i + 1)..end]));
            i = end;
        }
    }

    /// <summary>The rows of the table below a heading, without its head.</summary>
    /// <param name="heading">For instance Limits.</param>
    /// <returns>The cells of each row, without code marks.</returns>
    public IEnumerable<string[]> Table(string heading) =>
        _lines
            .SkipWhile(line => !string.Equals(
                line.TrimStart('#').Trim(), heading, StringComparison.Ordinal))
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)
                .Select(cell => cell.Trim('`')).ToArray());
}
