using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SimilarityCluster.Architecture.Tests.Sources;

namespace SimilarityCluster.Architecture.Tests.Settings;

public sealed class SettingTests
{
    [Theory]
    [InlineData("Role")]
    [InlineData("Endpoints:Grpc")]
    [InlineData("Endpoints:Http")]
    [InlineData("Storage:Directory")]
    [InlineData("Embedding:Models")]
    [InlineData("Embedding:Workers")]
    [InlineData("Cluster:Membership")]
    [InlineData("Shard:Connectivity")]
    [InlineData("Search:Threads")]
    public void All_KeysThatUsersKnow_AreBound(string key) =>
        Assert.True(Setting.All.ContainsKey(key), $"No options class binds '{key}'.");

    [Fact]
    public void Properties_OfEveryOptionsClass_SayTheirDefaultAndAreTested() =>
        Violation.AssertNone(Check(Repository.Sources));

    [Theory]
    [InlineData("/// <summary>Rows. Default 5.</summary>", "_ = new AOptions().Rows;", 0)]
    [InlineData("/// <summary>Rows.</summary>", "_ = new AOptions().Rows;", 1)]
    [InlineData("", "_ = new AOptions().Rows;", 1)]
    [InlineData("/// <summary>Rows. Default 5.</summary>", "_ = new AOptions();", 1)]
    public void Check_SampleProperty_IsJudged(string documentation, string test, int expected) =>
        Assert.Equal(expected, Check(
        [
            SourceFile.Parse(
                "src/A/AOptions.cs",
                $"class AOptions\n{{\n{documentation}\npublic int Rows => 5;\n}}"),
            SourceFile.Parse("tests/A.Tests/AOptionsTests.cs", test),
        ]).Count());

    private static IEnumerable<Violation> Check(IReadOnlyList<SourceFile> files)
    {
        var tests = files.Where(file => file.IsBelow("tests/"))
            .Select(file => file.Unit.DescendantTokens()
                .Where(token => token.IsKind(SyntaxKind.IdentifierToken))
                .Select(token => token.Text)
                .ToHashSet(StringComparer.Ordinal))
            .ToArray();
        foreach (var (file, type) in Setting.OptionsClasses(files))
        {
            foreach (var property in type.Members.OfType<PropertyDeclarationSyntax>().Where(IsValue))
            {
                var name = $"{type.Identifier.Text}.{property.Identifier.Text}";
                var documentation = property.GetLeadingTrivia().ToFullString();
                if (!documentation.Contains("default", StringComparison.OrdinalIgnoreCase))
                {
                    yield return file.At(property, $"the documentation of {name} does not say its default");
                }

                // What is bound stands in the README's table, which is compared with the class.
                string[] both = [type.Identifier.Text, property.Identifier.Text];
                if (!Setting.IsBound(type) && !tests.Any(words => both.All(words.Contains)))
                {
                    yield return file.At(property, $"no test names {name}, so nothing holds its default");
                }
            }
        }
    }

    // A group of settings has no default of its own.
    private static bool IsValue(PropertyDeclarationSyntax property) =>
        property.Modifiers.Any(SyntaxKind.PublicKeyword)
        && !property.Type.ToString().EndsWith("Options", StringComparison.Ordinal);
}
