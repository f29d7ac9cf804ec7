using System.Text.RegularExpressions;

namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>What no tracked file may hold, whatever its kind.</summary>
internal static class TextRules
{
    /// <summary>The largest tracked file in bytes: data and generated things stay out.</summary>
    public const int MaxFileBytes = 1_048_576;

    private static readonly (Regex Pattern, string Rule)[] Lines =
    [
        (Rule(@"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))"), "an open end without a number"),
        (Rule(@"^(<<<<<<<|>>>>>>>) "), "a mark of an unfinished merge"),
        (Rule(@"(?<![\w.~$}/-])/(work|home|root|Users)/\w|\b[A-Z]:\\Users\\"), "a path of one machine"),
        (Rule(@"api\.nuget\.org|nuget\.org/v3|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|"
            + @"deb\.debian\.org|archive\.ubuntu\.com|proxy\.golang\.org|artifactory|https?://[\w.-]*nexus"),
            "the address of a package registry"),
        (Rule("-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
        (
            Rule(@"(?i)\b(claude|anthropic|chatgpt|copilot)\b|\bshared/design\b"),
            "a word that is not about the project"),
    ];

    private static readonly Regex FileName = Rule(
        @"(?i)(^|/)(nuget\.config|\.npmrc|\.env|id_rsa)$|\.(pfx|p12|snk|key|user)$"
        + @"|(^|/)(bin|obj|\.artifacts|node_modules|TestResults)/");

    /// <summary>Judges a file by its name.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <returns>The violation, if any.</returns>
    public static IEnumerable<Violation> CheckName(string path) =>
        FileName.IsMatch(path)
            ? [new(path, 1, "generated, secret, or particular to one machine: not to be tracked")]
            : [];

    /// <summary>Judges a file by its text.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="text">What stands in it.</param>
    /// <returns>The violations.</returns>
    public static IEnumerable<Violation> CheckText(string path, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (var (pattern, rule) in Lines)
            {
                if (pattern.Match(lines[i]) is { Success: true } match)
                {
                    yield return new(path, i + 1, $"'{match.Value}': {rule}");
                }
            }
        }
    }

    private static Regex Rule(string pattern) =>
        new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
}
