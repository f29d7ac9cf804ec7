using System.Reflection;
using System.Text.RegularExpressions;

namespace SimilarityCluster.Storage.Tests;

/// <summary>What the README says is proven is proven by tests that exist.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Promises_EveryRow_NamesTestsThatExist()
    {
        using var stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream("README.md")!;
        using var reader = new StreamReader(stream);
        var rows = reader.ReadToEnd().Split('\n')
            .SkipWhile(line => !line.StartsWith("| promise", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .ToList();
        Assert.True(rows.Count > 10, $"The table has {rows.Count} rows.");
        Assert.All(rows, row =>
        {
            var tests = TestName().Matches(row);
            Assert.NotEmpty(tests);
            Assert.All(tests, test => AssertExists(test.Groups["type"].Value, test.Groups["method"].Value));
        });
    }

    private static void AssertExists(string type, string method) => Assert.Contains(
        typeof(ReadmeTests).Assembly.GetTypes()
            .Where(it => string.Equals(it.Name, type, StringComparison.Ordinal)),
        it => it.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Any(candidate => string.Equals(candidate.Name, method, StringComparison.Ordinal)
                && candidate.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0));

    [GeneratedRegex(@"`(?<type>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TestName();
}
