namespace SimilarityCluster.Architecture.Tests.Layers;

/// <summary>Which project may reference which: the walls of the house.</summary>
internal static class LayerTable
{
    private const string Prefix = "SimilarityCluster.";

    /// <summary>Project to the projects that it may reference, without the common prefix.</summary>
    public static IReadOnlyDictionary<string, string[]> Rows { get; } =
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["Index"] = [],
            ["Storage"] = ["Index"],
            ["Storage.S3"] = ["Storage"],
            ["Models"] = [],
            ["Evaluation"] = [],
            ["Contracts"] = [],
            ["Grains.Abstractions"] = [],
            ["Grains"] = ["Grains.Abstractions", "Storage", "Index"],
            ["Embeddings"] = ["Contracts", "Models"],
            ["Gateway"] = ["Contracts", "Grains.Abstractions", "Evaluation"],
            ["Hosting"] =
            [
                "Index", "Storage", "Storage.S3", "Models", "Evaluation", "Contracts", "Grains.Abstractions",
                "Grains", "Embeddings", "Gateway",
            ],
            ["Server"] = ["Hosting"],
            ["EmbeddingWorker"] = ["Embeddings", "Hosting"],
            ["Client"] = ["Contracts"],
            ["Cli"] = ["Client", "Contracts", "Hosting", "Storage", "Models", "Evaluation"],
        };

    /// <summary>Test projects without a project of that name in <c>src/</c>.</summary>
    public static IReadOnlyList<string> OtherTestProjects { get; } = ["Architecture.Tests", "Benchmarks"];

    /// <summary>Judges one project and what it references.</summary>
    /// <param name="file">The project file, relative to the root.</param>
    /// <param name="references">Names of the projects that it references.</param>
    /// <returns>What breaks the table.</returns>
    public static IEnumerable<Violation> Check(string file, IEnumerable<string> references)
    {
        var project = Short(Path.GetFileNameWithoutExtension(file));
        if (file.StartsWith("tests/", StringComparison.Ordinal))
        {
            // A test may use whatever it needs of src/, never another test project.
            var known = OtherTestProjects.Contains(project, StringComparer.Ordinal)
                || (project.EndsWith(".Tests", StringComparison.Ordinal) && Rows.ContainsKey(project[..^6]));
            if (!known)
            {
                yield return new(file, 1, $"tests no project of the layer table, and is no named exception");
            }

            foreach (var reference in references.Where(reference => !Rows.ContainsKey(Short(reference))))
            {
                yield return new(file, 1, $"references {reference}, which is not a project of src/");
            }

            yield break;
        }

        if (!Rows.TryGetValue(project, out var allowed))
        {
            yield return new(file, 1, $"{project} is not in the layer table");
            yield break;
        }

        foreach (var reference in references
            .Where(it => !allowed.Contains(Short(it), StringComparer.Ordinal)))
        {
            yield return new(
                file, 1, $"{project} may not reference {reference}, only: {string.Join(", ", allowed)}");
        }
    }

    private static string Short(string project) =>
        project.StartsWith(Prefix, StringComparison.Ordinal) ? project[Prefix.Length..] : project;
}
