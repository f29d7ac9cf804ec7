using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>A C# file and its syntax tree.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Unit">The tree.</param>
internal sealed record SourceFile(string Path, string Text, CompilationUnitSyntax Unit)
{
    /// <summary>
    /// The project's name, for instance <c>SimilarityCluster.Index</c>; empty outside src and tests.
    /// </summary>
    public string Project =>
        Path.Split('/') is ["src" or "tests", var project, _, ..] ? project : string.Empty;

    /// <summary>Parses a file.</summary>
    /// <param name="path">Relative to the root, with forward slashes.</param>
    /// <param name="text">What stands in it.</param>
    /// <returns>The file and its tree.</returns>
    public static SourceFile Parse(string path, string text) =>
        new(path, text, CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());

    /// <summary>Makes a violation at a node.</summary>
    /// <param name="node">Where.</param>
    /// <param name="rule">What.</param>
    /// <returns>The violation.</returns>
    public Violation At(SyntaxNode node, string rule) =>
        new(Path, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, rule);

    /// <summary>Whether the file is below a folder.</summary>
    /// <param name="folder">For instance <c>src/</c>.</param>
    /// <returns>True when it is.</returns>
    public bool IsBelow(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);
}
