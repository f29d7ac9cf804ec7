using YamlDotNet.RepresentationModel;

namespace SimilarityCluster.Architecture.Tests.Kubernetes;

/// <summary>One document of a manifest.</summary>
/// <param name="File">The file, relative to the root.</param>
/// <param name="Root">What stands in it.</param>
internal sealed record Manifest(string File, YamlMappingNode Root)
{
    /// <summary>For instance Deployment.</summary>
    public string Kind => Text("kind");

    /// <summary>Its name.</summary>
    public string Name => Text("metadata", "name");

    /// <summary>The containers of its pods.</summary>
    public IEnumerable<YamlMappingNode> Containers => List(Root, "spec", "template", "spec", "containers");

    /// <summary>Parses all documents of a file.</summary>
    /// <param name="file">The file, relative to the root.</param>
    /// <param name="text">What stands in it.</param>
    /// <returns>The documents.</returns>
    public static IEnumerable<Manifest> Parse(string file, string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(document => new Manifest(file, (YamlMappingNode)document.RootNode));
    }

    /// <summary>Finds a node.</summary>
    /// <param name="from">Where the path begins.</param>
    /// <param name="path">Names, from the outside in.</param>
    /// <returns>The node, or null.</returns>
    public static YamlNode? Find(YamlNode from, params string[] path) =>
        path.Aggregate((YamlNode?)from, (node, name) =>
            node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child)
                ? child
                : null);

    /// <summary>Finds the mappings of a list.</summary>
    /// <param name="from">Where the path begins.</param>
    /// <param name="path">Names, from the outside in.</param>
    /// <returns>The mappings; none when there is no such list.</returns>
    public static IEnumerable<YamlMappingNode> List(YamlNode from, params string[] path) =>
        Find(from, path) is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>() : [];

    /// <summary>Reads a text.</summary>
    /// <param name="path">Names, from the outside in.</param>
    /// <returns>The text; empty when there is none.</returns>
    public string Text(params string[] path) => Text(Root, path);

    /// <summary>Reads a text.</summary>
    /// <param name="from">Where the path begins.</param>
    /// <param name="path">Names, from the outside in.</param>
    /// <returns>The text; empty when there is none.</returns>
    public static string Text(YamlNode from, params string[] path) =>
        Find(from, path) is YamlScalarNode { Value: { } value } ? value : string.Empty;

    /// <summary>Makes a violation in this document.</summary>
    /// <param name="rule">What.</param>
    /// <returns>The violation.</returns>
    public Violation Breaks(string rule) => new(File, (int)Root.Start.Line, $"{Kind} {Name}: {rule}");
}
