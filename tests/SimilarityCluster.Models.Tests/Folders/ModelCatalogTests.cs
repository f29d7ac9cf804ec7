using SimilarityCluster.Models.Descriptor;
using SimilarityCluster.Models.Folders;
using SimilarityCluster.Models.Tests.Support;

namespace SimilarityCluster.Models.Tests.Folders;

public sealed class ModelCatalogTests : IDisposable
{
    private const string Config = """{"size": {"height": 64, "width": 64}}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_DescriptorWritten_IsServable()
    {
        DescriptorModel.WriteWhereMissing(_folder.Path);

        var model = Assert.Single(List().Models);

        Assert.Equal("descriptor@1", model.Reference);
        Assert.Equal(DescriptorModel.Dimension, model.Signature.Dimension);
        Assert.Equal([3L, 64, 64], model.InputShape);
        Assert.Equal(InputKinds.Image | InputKinds.Tensor, model.Accepts);
        Assert.Equal(64, model.Fingerprint.Length);
    }

    [Fact]
    public void WriteWhereMissing_ModelIsThere_LeavesItAlone()
    {
        _folder.Write("descriptor/1/model.onnx", "mine");

        DescriptorModel.WriteWhereMissing(_folder.Path);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder.Path, "descriptor/1/model.onnx")));
    }

    [Fact]
    public void List_NoDirectory_IsEmpty() =>
        Assert.Empty(new ModelCatalog(Path.Combine(_folder.Path, "none"), TimeProvider.System).List().Models);

    [Fact]
    public void Find_WithoutVersion_TakesTheNewestByNumber()
    {
        Model("m/9/");
        Model("m/10/onnx/");

        Assert.Equal("10", List().Find(new ModelReference("m", null))?.Version);
        Assert.Equal("9", List().Find(new ModelReference("m", "9"))?.Version);
        Assert.Null(List().Find(new ModelReference("m", "11")));
    }

    [Fact]
    public void List_FlatFolder_IsVersion1()
    {
        Model("flat/");

        Assert.Equal("flat@1", Assert.Single(List().Models).Reference);
    }

    [Fact]
    public void List_FlatFolderBesideFolder1_IsBroken()
    {
        Model("m/");
        Model("m/1/");

        var broken = Assert.Single(List().Broken);
        Assert.Equal("m", broken.Folder);
        Assert.Contains("version 1", broken.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx", "not protobuf", "not in ONNX format")]
    [InlineData("model.onnx", "", "no graph")]
    [InlineData("worker.json", """{"output": "logits"}""", "output 'logits' is not among")]
    [InlineData("worker.json", """{"outputs": "embedding"}""", "unknown key 'outputs'")]
    [InlineData("worker.json", """{"accepts": ["sound"]}""", "expected image or tensor, given 'sound'")]
    [InlineData("preprocessor_config.json", """{"size": {"height": 9, "width": 9}}""", "takes [3, 64, 64]")]
    public void List_WrongFile_NamesFolderAndProblem(string file, string content, string problem)
    {
        Model("good/1/");
        Model("bad/2/");
        _folder.Write($"bad/2/{file}", content);

        var listing = List();

        Assert.Equal("good@1", Assert.Single(listing.Models).Reference);
        var broken = Assert.Single(listing.Broken);
        Assert.Equal("bad/2", broken.Folder);
        Assert.Contains(problem, broken.Problem, StringComparison.Ordinal);
        Assert.Equal(broken, listing.FindBroken(new ModelReference("bad", null)));
        Assert.Null(listing.FindBroken(new ModelReference("ba", null)));
    }

    [Fact]
    public void List_EmptyAndMisnamedFolders_AreBroken()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "No Name"));

        Assert.Equal(["No Name", "empty"], List()
            .Broken.Select(static broken => broken.Folder), StringComparer.Ordinal);
    }

    [Fact]
    public void List_NoPreprocessorConfig_AcceptsTensorsOnly()
    {
        _folder.Write("m/1/model.onnx", DescriptorGraph.ToBytes());

        Assert.Equal(InputKinds.Tensor, Assert.Single(List().Models).Accepts);
    }

    [Fact]
    public void Fingerprint_AnythingThatDecidesTheVectorChanges_IsAnother()
    {
        Model("a/1/");
        Model("b/1/");
        Configure("b", """{"size": {"width": 64, "height": 64}, "do_resize": true}""");
        Model("c/1/");
        Configure("c", """{"size": {"height": 64, "width": 64}, "resample": 3}""");
        Model("d/1/");
        Configure("d", """{"size": {"height": 64, "width": 64}, "rescale_factor": 0.5}""");
        Model("e/1/");
        _folder.Write("e/1/model.onnx", [.. DescriptorGraph.ToBytes(), 0x12, 0x00]);
        Model("f/1/");
        _folder.Write("f/1/model.onnx_data", "weights");

        var fingerprints = List()
            .Models.ToDictionary(model => model.Name, model => model.Fingerprint, StringComparer.Ordinal);

        // Only the writing differs between a and b.
        Assert.Equal(fingerprints["a"], fingerprints["b"]);
        Assert.Equal(5, fingerprints.Values.Distinct(StringComparer.Ordinal).Count());
    }

    private void Model(string folder)
    {
        _folder.Write($"{folder}model.onnx", DescriptorGraph.ToBytes());
        var config = folder.Replace(
            "onnx/", string.Empty, StringComparison.Ordinal) + "preprocessor_config.json";
        _folder.Write(config, Config);
    }

    private void Configure(string model, string json) =>
        _folder.Write($"{model}/1/preprocessor_config.json", json);

    private ModelListing List() => new ModelCatalog(_folder.Path, TimeProvider.System).List();
}
