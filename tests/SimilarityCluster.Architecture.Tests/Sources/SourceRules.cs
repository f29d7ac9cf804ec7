using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>The house rules that one C# file can be judged by alone.</summary>
internal static class SourceRules
{
    /// <summary>Most lines of a file.</summary>
    public const int MaxFileLines = 600;

    /// <summary>Most columns of a line.</summary>
    public const int MaxColumns = 110;

    /// <summary>Most lines of a function.</summary>
    public const int MaxFunctionLines = 70;

    // The layers that are about files; everything else goes through them.
    private static readonly string[] FileProjects =
    [
        "SimilarityCluster.Storage", "SimilarityCluster.Storage.S3", "SimilarityCluster.Models",
        "SimilarityCluster.Cli",
    ];

    /// <summary>A file has at most 600 lines of at most 110 columns.</summary>
    /// <param name="file">The file.</param>
    /// <returns>What is too long.</returns>
    public static IEnumerable<Violation> CheckShape(SourceFile file)
    {
        var lines = file.Text.TrimEnd('\n').Split('\n');
        if (lines.Length > MaxFileLines)
        {
            yield return new(
                file.Path,
                MaxFileLines + 1,
                $"the file has {lines.Length} lines, at most {MaxFileLines}");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > MaxColumns)
            {
                yield return new(
                    file.Path, i + 1, $"the line has {lines[i].Length} columns, at most {MaxColumns}");
            }
        }
    }

    /// <summary>
    /// A function has at most 70 lines; kernels and registrations (<c>Add…</c>) are exempt.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>What is too long.</returns>
    public static IEnumerable<Violation> CheckFunctions(SourceFile file)
    {
        if (file.IsBelow("src/SimilarityCluster.Index/Kernels/"))
        {
            yield break;
        }

        foreach (var function in file.Unit.DescendantNodes().Where(IsFunction))
        {
            var lines = LinesOf(function.Span, file);
            if (lines > MaxFunctionLines && !NameOf(function).StartsWith("Add", StringComparison.Ordinal))
            {
                yield return file.At(
                    function,
                    $"'{NameOf(function)}' has {lines} lines, a function has at most {MaxFunctionLines}");
            }
        }

        var main = file.Unit.Members.OfType<GlobalStatementSyntax>()
            .Where(member => member.Statement is not LocalFunctionStatementSyntax).ToArray();
        var mainLines = main.Length == 0 ? 0 : main.Sum(member => LinesOf(member.Span, file));
        if (mainLines > MaxFunctionLines)
        {
            yield return file.At(main[0], $"the program has {mainLines} lines, at most {MaxFunctionLines}");
        }
    }

    /// <summary>The namespace is the folder, and nothing but a program stands outside one.</summary>
    /// <param name="file">The file.</param>
    /// <returns>What does not agree.</returns>
    public static IEnumerable<Violation> CheckNamespace(SourceFile file)
    {
        var expected = string.Join('.', file.Path.Split('/')[1..^1]);
        foreach (var space in file.Unit.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
        {
            if (!string.Equals(space.Name.ToString(), expected, StringComparison.Ordinal))
            {
                yield return file.At(space, $"the namespace is '{space.Name}', the folder says '{expected}'");
            }
        }

        var isProgram = Path.GetFileName(file.Path) is "Program.cs";
        foreach (var type in file.Unit.Members.OfType<BaseTypeDeclarationSyntax>().Where(_ => !isProgram))
        {
            yield return file.At(type, $"'{type.Identifier.Text}' stands outside the namespace '{expected}'");
        }
    }

    /// <summary><c>File</c> and <c>FileStream</c> belong to the layers that are about files.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Uses elsewhere in src.</returns>
    public static IEnumerable<Violation> CheckFileAccess(SourceFile file) =>
        !file.IsBelow("src/") || FileProjects.Contains(file.Project, StringComparer.Ordinal)
            ? []
            : file.Unit.DescendantNodes().Where(IsFileAccess).Select(node => file.At(
                node,
                $"{node.ToString().Split('(')[0]}: only Storage, Storage.S3, Models and Cli touch files"));

    /// <summary>Time passes in tests only by a clock of their own or an event, never by sleeping.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Sleeps below tests.</returns>
    public static IEnumerable<Violation> CheckSleeps(SourceFile file) =>
        !file.IsBelow("tests/") || file.IsBelow("tests/SimilarityCluster.Benchmarks/")
            ? []
            : file.Unit.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(IsSleep)
                .Select(call => file.At(
                    call, $"'{call}' sleeps; wait on an event, or on a clock that the test turns"));

    /// <summary>Who catches and does nothing says why.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Empty catch blocks without a comment.</returns>
    public static IEnumerable<Violation> CheckCatches(SourceFile file) =>
        file.Unit.DescendantNodes().OfType<CatchClauseSyntax>()
            .Where(clause => clause.Block.Statements.Count == 0
                && !clause.Block.DescendantTrivia()
                    .Any(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)))
            .Select(clause => file.At(clause, "an exception is swallowed without a word"));

    /// <summary>Tests are named <c>Member_Condition_Outcome</c>.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Tests of another name.</returns>
    public static IEnumerable<Violation> CheckTestNames(SourceFile file) =>
        !file.IsBelow("tests/")
            ? []
            : file.Unit.DescendantNodes().OfType<MethodDeclarationSyntax>()
                .Where(method => method.AttributeLists.SelectMany(list => list.Attributes)
                    .Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"))
                .Where(method => method.Identifier.Text.Split('_') is not { Length: 3 } parts
                    || parts.Any(part => part.Length == 0 || !char.IsUpper(part[0])))
                .Select(method => file.At(
                    method, $"'{method.Identifier.Text}' is not Member_Condition_Outcome"));

    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax;

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => node.Kind().ToString(),
    };

    private static int LinesOf(Microsoft.CodeAnalysis.Text.TextSpan span, SourceFile file)
    {
        var lines = file.Unit.SyntaxTree.GetLineSpan(span);
        return lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1;
    }

    private static bool IsFileAccess(SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax access => access.Expression.ToString() is "File" or "System.IO.File",
        ObjectCreationExpressionSyntax creation =>
            creation.Type.ToString() is "FileStream" or "System.IO.FileStream",
        _ => false,
    };

    private static bool IsSleep(InvocationExpressionSyntax call) =>
        call.Expression.ToString() is "Thread.Sleep" or "Task.Delay"
        && !(call.ArgumentList.Arguments is [var first, ..]
            && first.ToString().Contains("Infinite", StringComparison.Ordinal));
}
