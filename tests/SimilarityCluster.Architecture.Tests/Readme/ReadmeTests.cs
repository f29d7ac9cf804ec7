using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Grpc.Core;
using SimilarityCluster.Architecture.Tests.Settings;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Architecture.Tests.Readme;

/// <summary>What the README says is so.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = Repository.Read("README.md");
    private static readonly Markdown Page = new(Text);

    [Fact]
    public void Snippets_EveryCSharpBlock_Compile()
    {
        var blocks = Page.Blocks("csharp").ToArray();
        Assert.NotEmpty(blocks);
        Violation.AssertNone(
            blocks.SelectMany(block => Snippet.Compile("README.md", block.Line, block.Text)));
    }

    [Theory]
    [InlineData("var a = 1 + 2;\nConsole.WriteLine(a);", 0)]
    [InlineData("var a = 1 + 2;\nConsole.WriteLin(a);", 1)]
    public void Compile_SampleSnippet_IsJudged(string text, int expected)
    {
        var found = Snippet.Compile("a.md", 10, text).ToArray();
        Assert.Equal(expected, found.Length);
        Assert.All(found, violation => Assert.Equal(11, violation.Line));
    }

    [Theory]
    [InlineData("dotnet run -c Release --project src/SimilarityCluster.Cli -- demo")]
    [InlineData("dotnet test --solution SimilarityCluster.sln -c Release")]
    public void Commands_TheTwo_StandAlone(string command) =>
        Assert.Contains(
            Page.Blocks("sh"), block => string.Equals(block.Text, command, StringComparison.Ordinal));

    [Fact]
    public void Commands_OfTheTests_AreTheOnesThatAreChecked() =>
        Assert.Contains(
            "dotnet test --solution SimilarityCluster.sln -c Release\n",
            Repository.Read(".ci/run"),
            StringComparison.Ordinal);

    [Fact]
    public void Paths_EveryOneNamed_Exist()
    {
        string[] paths =
            [
                .. NamedPath().Matches(Text)
                    .Select(match => match.Groups["path"].Value)
                    .Distinct(StringComparer.Ordinal),
            ];
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(
            Path.Exists(Repository.FullPath(path)), $"README.md names '{path}', which is not there."));
    }

    [Fact]
    public void Settings_OfTheTable_AreTheRealOnesWithTheirDefaults() =>
        AssertSame(
            Setting.All.Values.Select(setting => $"{setting.Key} = {setting.Default}"),
            Page.Table("Configuration").Select(row => $"{row[0]} = {row[1]}"));

    [Fact]
    public void Limits_EveryOneOfTheWire_StandInTheTable() =>
        AssertSame(
            typeof(WireLimits).GetFields().Select(field => string.Create(
                CultureInfo.InvariantCulture, $"{field.GetRawConstantValue():N0}")),
            Page.Table("Limits").SelectMany(row => Number().Matches(row[1]).Select(match => match.Value)));

    [Fact]
    public void Errors_EveryOneOfTheCatalogue_StandsInTheTableWithItsCode()
    {
        var catalogue = typeof(ServiceErrors).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => (ServiceError)method.Invoke(null, [.. method.GetParameters().Select(Sample)])!)
            .ToArray();
        AssertSame(
            typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!),
            catalogue.Select(error => error.Reason));
        AssertSame(
            catalogue.Select(error => $"{error.Reason} {Spell(error.Code)}"),
            Page.Table("Errors").Select(row => $"{row[0]} {row[1]}"));
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var real = expected.ToHashSet(StringComparer.Ordinal);
        var written = actual.ToHashSet(StringComparer.Ordinal);
        string[] differences =
        [
            .. real.Except(written, StringComparer.Ordinal).Select(line => $"missing: {line}"),
            .. written.Except(real, StringComparer.Ordinal).Select(line => $"not so: {line}"),
        ];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    private static object Sample(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string)
            ? "sample"
            : Convert.ChangeType(1, parameter.ParameterType, CultureInfo.InvariantCulture);

    private static string Spell(StatusCode code) =>
        WordStart().Replace(code.ToString(), "_$0").ToUpperInvariant();

    [GeneratedRegex(
        @"(?<=[\s(`])(?<path>(src|k8s|protos|tests)/[\w./-]*\w)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"\d[\d,]*", RegexOptions.None, 1_000)]
    private static partial Regex Number();

    [GeneratedRegex("(?<=[a-z])[A-Z]", RegexOptions.None, 1_000)]
    private static partial Regex WordStart();
}
