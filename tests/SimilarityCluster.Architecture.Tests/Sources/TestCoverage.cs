using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>Every public type that does something is named by a test of its own test project.</summary>
internal static class TestCoverage
{
    // Projects whose types are tested where they are used.
    private static readonly Dictionary<string, string[]> TestedBy = new(StringComparer.Ordinal)
    {
        ["SimilarityCluster.Grains.Abstractions"] =
            ["SimilarityCluster.Grains.Tests", "SimilarityCluster.Gateway.Tests"],
        ["SimilarityCluster.Server"] = ["SimilarityCluster.Hosting.Tests"],
        ["SimilarityCluster.EmbeddingWorker"] = ["SimilarityCluster.Hosting.Tests"],
    };

    private static readonly string[] Exempt =
        ["Exception", "Extensions", "Registration", "Services", "Program"];

    // What ModelCatalog hands out: its tests read them without naming their types.
    private static readonly string[] ReadThroughAnother = ["ModelSignature", "ServableModel"];

    /// <summary>Compares src with tests.</summary>
    /// <param name="files">All files.</param>
    /// <returns>Types without a test.</returns>
    public static IEnumerable<Violation> Check(IReadOnlyCollection<SourceFile> files)
    {
        var words = files.Where(file => file.IsBelow("tests/"))
            .GroupBy(file => file.Project, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Words(group), StringComparer.Ordinal);
        foreach (var file in files.Where(file => file.IsBelow("src/")))
        {
            var type = file.Unit.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault();
            if (type is null || !type.Modifiers.Any(SyntaxKind.PublicKeyword) || !DoesSomething(type))
            {
                continue;
            }

            var projects = TestedBy.GetValueOrDefault(file.Project, [$"{file.Project}.Tests"]);
            var name = type.Identifier.Text;
            if (!projects.Any(project => words.TryGetValue(project, out var known)
                && (known.Contains(name) || known.Contains(name + "Tests"))))
            {
                yield return file.At(type, $"no test in {string.Join(" or ", projects)} names '{name}'");
            }
        }
    }

    private static HashSet<string> Words(IEnumerable<SourceFile> files) =>
        [.. files.SelectMany(file => file.Unit.DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.Text)];

    // Interfaces, enums and plain messages have no behaviour that a test could hold; exceptions,
    // registrations and the programs themselves are held by the tests of what throws, uses and starts them.
    private static bool DoesSomething(BaseTypeDeclarationSyntax type) =>
        type is ClassDeclarationSyntax or StructDeclarationSyntax or RecordDeclarationSyntax
        && !ReadThroughAnother.Contains(type.Identifier.Text, StringComparer.Ordinal)
        && !Exempt.Any(end => type.Identifier.Text.EndsWith(end, StringComparison.Ordinal))
        && type.DescendantNodes().Any(node => node is BlockSyntax or ArrowExpressionClauseSyntax);
}
