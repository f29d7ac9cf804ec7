namespace SimilarityCluster.Architecture.Tests;

/// <summary>A place where a rule is broken.</summary>
/// <param name="File">The file, relative to the root.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Rule">What was found and what the rule is.</param>
internal readonly record struct Violation(string File, int Line, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Rule}";

    /// <summary>Fails the test with one line a violation.</summary>
    /// <param name="violations">What was found.</param>
    public static void AssertNone(IEnumerable<Violation> violations)
    {
        var lines = violations.Select(violation => violation.ToString())
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.True(lines.Length == 0, $"{lines.Length} violations:\n{string.Join('\n', lines)}");
    }
}
