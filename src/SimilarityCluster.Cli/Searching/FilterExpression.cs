using System.Globalization;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Searching;

/// <summary>
/// Reads a filter as people write it: <c>label = 'cat' and (price >= 5 or not exists(price))</c>.
/// </summary>
/// <remarks>
/// <code>
/// or         and { "or" and }
/// and        not { "and" not }
/// not        "not" not | "(" or ")" | "exists" "(" field ")" | field condition
/// condition  ("=" | "!=" | "&lt;" | "&lt;=" | ">" | ">=") value
///            | "in" "(" value { "," value } ")" | "contains" text | "starts" "with" text
/// field      a word, or any name in double quotes
/// value      'text' | number | true | false | @2026-01-31 | @2026-01-31T10:00:00Z
/// </code>
/// A quote within quotes is written twice. <c>!=</c> is the opposite of <c>=</c>: a record without the field
/// matches. Words of the language are not case-sensitive. A time without an offset is UTC.
/// </remarks>
internal sealed class FilterExpression
{
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK"];

    private readonly List<FilterToken> _tokens;
    private int _at;
    private int _depth;

    private FilterExpression(List<FilterToken> tokens) => _tokens = tokens;

    private FilterToken Next => _tokens[_at];

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="FormatException">
    /// It is none; the message names the position, counted from 1, and what was expected there.
    /// </exception>
    public static Filter Parse(string expression)
    {
        var parser = new FilterExpression(FilterTokens.Cut(expression));
        var filter = parser.ReadOr();
        return parser.Next.Kind == FilterTokenKind.End
            ? filter
            : throw parser.Expected("'and', 'or' or the end");
    }

    private Filter ReadOr()
    {
        var filter = ReadAnd();
        while (TryTakeWord("or"))
        {
            filter |= ReadAnd();
        }

        return filter;
    }

    private Filter ReadAnd()
    {
        var filter = ReadNot();
        while (TryTakeWord("and"))
        {
            filter &= ReadNot();
        }

        return filter;
    }

    private Filter ReadNot()
    {
        // As deep as the server takes it, so that no expression is too much for the stack.
        if (++_depth > WireLimits.MaxFilterDepth)
        {
            throw Expected("at most 32 parentheses and 'not' inside each other");
        }

        var filter = ReadOne();
        _depth--;
        return filter;
    }

    private Filter ReadOne()
    {
        if (TryTakeWord("not"))
        {
            return !ReadNot();
        }

        if (TryTakeSign("("))
        {
            var filter = ReadOr();
            TakeSign(")", "'and', 'or' or ')'");
            return filter;
        }

        if (IsWord("exists") && _tokens[_at + 1] is { Kind: FilterTokenKind.Sign, Text: "(" })
        {
            _at += 2;
            var field = TakeField("a field");
            TakeSign(")", "')'");
            return Filters.Exists(field);
        }

        return ReadCondition(TakeField("a field, 'not', 'exists(' or '('"));
    }

    private Filter ReadCondition(string field)
    {
        if (TryTakeWord("in"))
        {
            return ReadIn(field);
        }

        if (TryTakeWord("contains"))
        {
            return Filters.Contains(field, TakeText());
        }

        if (TryTakeWord("starts"))
        {
            return TryTakeWord("with")
                ? Filters.StartsWith(field, TakeText())
                : throw Expected("'with'");
        }

        var sign = Next;
        if (sign.Kind != FilterTokenKind.Sign || sign.Text is "(" or ")" or "," or "!")
        {
            throw Expected("=, !=, <, <=, >, >=, 'in', 'contains' or 'starts with'");
        }

        _at++;
        var value = TakeValue();
        return sign.Text switch
        {
            "=" => Filters.Equal(field, value),
            "!=" => !Filters.Equal(field, value),
            "<" => Filters.Range(field, below: value),
            "<=" => Filters.Range(field, atMost: value),
            ">" => Filters.Range(field, above: value),
            _ => Filters.Range(field, atLeast: value),
        };
    }

    private Filter ReadIn(string field)
    {
        TakeSign("(", "'('");
        var values = new List<FilterValue>();
        do
        {
            values.Add(TakeValue());
        }
        while (TryTakeSign(","));
        TakeSign(")", "',' or ')'");
        return Filters.In(field, values);
    }

    private string TakeField(string expected) =>
        Next.Kind is FilterTokenKind.Word or FilterTokenKind.Name
            ? _tokens[_at++].Text
            : throw Expected(expected);

    private string TakeText() =>
        Next.Kind == FilterTokenKind.Text ? _tokens[_at++].Text : throw Expected("a text in single quotes");

    private FilterValue TakeValue()
    {
        var value = ReadValue(Next);
        _at++;
        return value;
    }

    private FilterValue ReadValue(FilterToken token)
    {
        switch (token.Kind)
        {
            case FilterTokenKind.Text:
                return token.Text;
            case FilterTokenKind.Number
                when long.TryParse(
                    token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                return whole;
            case FilterTokenKind.Number
                when !token.Text.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9'):
                // As a double it would be another number.
                throw Expected("a whole number of 64 bits, or one with a decimal point");
            case FilterTokenKind.Number
                when double.TryParse(
                    token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number):
                return number;
            case FilterTokenKind.Time
                when DateTimeOffset.TryParseExact(
                    token.Text,
                    TimeFormats,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var time):
                return time;
            case FilterTokenKind.Word when IsWord("true"):
                return true;
            case FilterTokenKind.Word when IsWord("false"):
                return false;
            case FilterTokenKind.Time:
                throw Expected("a time like @2026-01-31 or @2026-01-31T10:00:00Z");
            default:
                throw Expected("a 'text', a number, true, false or a @time");
        }
    }

    private bool IsWord(string word) =>
        Next.Kind == FilterTokenKind.Word && Next.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool TryTakeWord(string word)
    {
        var taken = IsWord(word);
        _at += taken ? 1 : 0;
        return taken;
    }

    private bool TryTakeSign(string sign)
    {
        var taken = Next.Kind == FilterTokenKind.Sign
            && string.Equals(Next.Text, sign, StringComparison.Ordinal);
        _at += taken ? 1 : 0;
        return taken;
    }

    private void TakeSign(string sign, string expected)
    {
        if (!TryTakeSign(sign))
        {
            throw Expected(expected);
        }
    }

    private FormatException Expected(string expected) =>
        new($"position {Next.Position}: expected {expected}, given {Next.Given}.");
}
