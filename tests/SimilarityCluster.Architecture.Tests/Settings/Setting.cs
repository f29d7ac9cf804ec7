using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SimilarityCluster.Architecture.Tests.Sources;

namespace SimilarityCluster.Architecture.Tests.Settings;

/// <summary>One configuration key, read from the options class that it is bound to.</summary>
/// <param name="Key">For instance <c>Cluster:SiloPort</c>; a list has no number behind it.</param>
/// <param name="Default">The default as configuration would spell it; empty for none.</param>
/// <param name="Choices">The values that it takes, where they are few; empty otherwise.</param>
internal sealed partial record Setting(string Key, string Default, IReadOnlyList<string> Choices)
{
    /// <summary>Every key of the executables, by key.</summary>
    public static IReadOnlyDictionary<string, Setting> All { get; } = Read(Repository.Sources)
        .DistinctBy(setting => setting.Key, StringComparer.Ordinal)
        .ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    /// <summary>The classes that options are bound to, in src.</summary>
    /// <param name="files">All files.</param>
    /// <returns>The file and the class.</returns>
    public static IEnumerable<(SourceFile File, ClassDeclarationSyntax Class)> OptionsClasses(
        IEnumerable<SourceFile> files) =>
        from file in files
        where file.IsBelow("src/")
        from type in file.Unit.DescendantNodes().OfType<ClassDeclarationSyntax>()
        where type.Identifier.Text.EndsWith("Options", StringComparison.Ordinal)
        where !type.Modifiers.Any(modifier => modifier.Text is "static")
        select (file, type);

    /// <summary>Whether a class is bound to configuration, as its documentation says.</summary>
    /// <param name="type">An options class.</param>
    /// <returns>True when it is.</returns>
    public static bool IsBound(ClassDeclarationSyntax type) =>
        BoundFrom().IsMatch(type.GetLeadingTrivia().ToFullString());

    // The section stands in the class's own documentation, as "bound from <c>Section</c>".
    private static IEnumerable<Setting> Read(IEnumerable<SourceFile> files) =>
        from options in OptionsClasses(files)
        let bound = BoundFrom().Match(options.Class.GetLeadingTrivia().ToFullString())
        where bound.Success
        let section = bound.Groups["section"].Success ? bound.Groups["section"].Value + ":" : string.Empty
        let type = ProductAssemblies.Find(options.Class.Identifier.Text)
        let defaults = Activator.CreateInstance(type)
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where !property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
        let spelt = Spell(property.GetValue(defaults))
        select new Setting(section + property.Name, spelt, ChoicesOf(property.PropertyType));

    private static string Spell(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum choice => string.Concat(choice.ToString().Select(char.ToLowerInvariant)),
        IEnumerable and not string => string.Empty,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    private static string[] ChoicesOf(Type type) =>
        type.IsEnum ? Enum.GetNames(type) : [];

    [GeneratedRegex(@"bound from (<c>(?<section>[\w:]+)</c>|the root)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex BoundFrom();
}
