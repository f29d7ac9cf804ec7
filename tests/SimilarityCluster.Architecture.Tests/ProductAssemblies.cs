using System.Reflection;

namespace SimilarityCluster.Architecture.Tests;

/// <summary>The built assemblies of <c>src/</c>, which stand beside this one.</summary>
internal static class ProductAssemblies
{
    /// <summary>By project name, for instance <c>SimilarityCluster.Index</c>.</summary>
    public static IReadOnlyDictionary<string, Assembly> ByProject { get; } =
        Repository.Files
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal)
                && file.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .ToDictionary(
                project => project,
                project => Assembly.Load(AssemblyName(project)),
                StringComparer.Ordinal);

    /// <summary>All types that were written by hand, not generated from protos.</summary>
    public static IEnumerable<Type> Types =>
        ByProject.Values.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !typeof(Google.Protobuf.IMessage).IsAssignableFrom(type));

    /// <summary>Finds a type by its simple name.</summary>
    /// <param name="name">For instance <c>GatewayOptions</c>.</param>
    /// <returns>The type.</returns>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static Type Find(string name)
    {
        Type[] found = [.. Types.Where(type => string.Equals(type.Name, name, StringComparison.Ordinal))];
        return found.Length == 1
            ? found[0]
            : throw new InvalidOperationException(
                $"Expected one type '{name}' in src/, found {found.Length}.");
    }

    private static string AssemblyName(string project) =>
        project is "SimilarityCluster.Cli" ? "simcluster" : project;
}
