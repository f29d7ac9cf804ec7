using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SimilarityCluster.Architecture.Tests.Readme;

/// <summary>Compiles an example as a program of its own, against what has been built.</summary>
internal static class Snippet
{
    // What ImplicitUsings gives to a program.
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Compiles one.</summary>
    /// <param name="file">The page that it stands in.</param>
    /// <param name="line">Its first line there, counted from 1.</param>
    /// <param name="text">The example.</param>
    /// <returns>The compiler's errors.</returns>
    public static IEnumerable<Violation> Compile(string file, int line, string text)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        SyntaxTree[] trees = [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(text)];
        return CSharpCompilation.Create("Example", trees, References, options).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => new Violation(
                file,
                line + diagnostic.Location.GetLineSpan().StartLinePosition.Line,
                diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
