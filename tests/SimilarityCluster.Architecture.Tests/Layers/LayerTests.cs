using System.Xml.Linq;

namespace SimilarityCluster.Architecture.Tests.Layers;

public sealed class LayerTests
{
    private static readonly string[] Projects =
        [.. Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))];

    [Fact]
    public void ProjectReferences_EveryProject_StayInItsRow() =>
        Violation.AssertNone(Projects.SelectMany(file => LayerTable.Check(file, References(file))));

    [Fact]
    public void AssemblyReferences_EveryBuiltAssembly_StayInItsRow() =>
        Violation.AssertNone(ProductAssemblies.ByProject.SelectMany(pair => LayerTable.Check(
            $"src/{pair.Key}/{pair.Key}.csproj",
            pair.Value.GetReferencedAssemblies()
                .Select(reference =>
                    reference.Name is "simcluster" ? "SimilarityCluster.Cli" : reference.Name!)
                .Where(name => name.StartsWith("SimilarityCluster.", StringComparison.Ordinal)))));

    [Fact]
    public void Rows_EveryOne_IsAProject()
    {
        var expected = LayerTable.Rows.Keys
            .Select(name => $"src/SimilarityCluster.{name}/SimilarityCluster.{name}.csproj");
        Assert.Empty(expected.Except(Projects, StringComparer.Ordinal));
    }

    [Fact]
    public void Solution_EveryProject_HasOneEntry()
    {
        var entries = Repository.Read("SimilarityCluster.sln").Split('"')
            .Where(part => part.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(part => part.Replace('\\', '/'));
        Assert.Equal(Projects.Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("src", "Index", "Storage", true)]
    [InlineData("src", "Storage", "Index", false)]
    [InlineData("src", "Extra", "Index", true)]
    [InlineData("tests", "Extra.Tests", "Index", true)]
    [InlineData("tests", "Index.Tests", "Index", false)]
    [InlineData("tests", "Index.Tests", "Storage.Tests", true)]
    public void Check_OneReference_IsJudged(string folder, string project, string reference, bool broken)
    {
        var file = $"{folder}/SimilarityCluster.{project}/SimilarityCluster.{project}.csproj";
        Assert.Equal(broken, LayerTable.Check(file, ["SimilarityCluster." + reference]).Any());
    }

    private static IEnumerable<string> References(string file) =>
        XDocument.Load(Repository.FullPath(file)).Descendants("ProjectReference")
            .Select(element => element.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(path => Path.GetFileNameWithoutExtension(path));
}
