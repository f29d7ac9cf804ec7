#pragma warning disable MA0048 // A token and its kind are read with what cuts them.
using System.Buffers;

namespace SimilarityCluster.Cli.Searching;

/// <summary>What a token of a filter expression is.</summary>
internal enum FilterTokenKind
{
    /// <summary>The end of the expression.</summary>
    End,

    /// <summary>A field name or a keyword.</summary>
    Word,

    /// <summary>A field name in double quotes.</summary>
    Name,

    /// <summary>A text in single quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A point in time behind an @.</summary>
    Time,

    /// <summary>A parenthesis, a comma or a comparison.</summary>
    Sign,
}

/// <summary>A token of a filter expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says, without quotes.</param>
/// <param name="Position">Where it begins, counted from 1.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Position)
{
    /// <summary>The token as an error names it.</summary>
    public string Given => Kind == FilterTokenKind.End ? "the end" : $"'{Text}'";
}

/// <summary>Cuts a filter expression into tokens.</summary>
internal static class FilterTokens
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("(),=!<>");

    /// <summary>Cuts an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The tokens, the last one the end.</returns>
    /// <exception cref="FormatException">It cannot be cut; the message names the position.</exception>
    public static List<FilterToken> Cut(string expression)
    {
        var tokens = new List<FilterToken>();
        var at = 0;
        while (true)
        {
            while (at < expression.Length && char.IsWhiteSpace(expression[at]))
            {
                at++;
            }

            if (at == expression.Length)
            {
                tokens.Add(new FilterToken(FilterTokenKind.End, string.Empty, at + 1));
                return tokens;
            }

            var begin = at;
            var (kind, text) = Take(expression, ref at);
            tokens.Add(new FilterToken(kind, text, begin + 1));
        }
    }

    private static (FilterTokenKind Kind, string Text) Take(string expression, ref int at)
    {
        var first = expression[at];
        switch (first)
        {
            case '\'':
                return (FilterTokenKind.Text, TakeQuoted(expression, ref at));
            case '"':
                return (FilterTokenKind.Name, TakeQuoted(expression, ref at));
            case '@':
                at++;
                return (FilterTokenKind.Time, TakeRun(expression, ref at));
            case '!' or '<' or '>' when at + 1 < expression.Length && expression[at + 1] == '=':
                at += 2;
                return (FilterTokenKind.Sign, $"{first}=");
        }

        if (Signs.Contains(first))
        {
            at++;
            return (FilterTokenKind.Sign, first.ToString());
        }

        var run = TakeRun(expression, ref at);
        return (char.IsAsciiDigit(first) || first is '-' or '+' or '.'
            ? FilterTokenKind.Number
            : FilterTokenKind.Word, run);
    }

    // A quote within quotes is written twice.
    private static string TakeQuoted(string expression, ref int at)
    {
        var quote = expression[at];
        var begin = at + 1;
        for (var end = begin; ; end += 2)
        {
            end = expression.IndexOf(quote, Math.Min(end, expression.Length));
            if (end < 0)
            {
                throw new FormatException($"position {begin}: expected a closing {quote}, given the end.");
            }

            if (end + 1 == expression.Length || expression[end + 1] != quote)
            {
                at = end + 1;
                return expression[begin..end].Replace(
                    new string(quote, 2), quote.ToString(), StringComparison.Ordinal);
            }
        }
    }

    private static string TakeRun(string expression, ref int at)
    {
        var begin = at;
        while (at < expression.Length
            && !char.IsWhiteSpace(expression[at])
            && !Signs.Contains(expression[at])
            && expression[at] is not ('\'' or '"'))
        {
            at++;
        }

        return expression[begin..at];
    }
}
