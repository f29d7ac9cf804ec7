using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings.Sessions;
using SimilarityCluster.Embeddings.Tests.Support;
using SimilarityCluster.Models.Descriptor;

namespace SimilarityCluster.Embeddings.Tests;

public sealed class EmbeddingEngineTests
{
    [Fact]
    public async Task EmbedAsync_ManyInputs_EqualOneByOneAndHaveLengthOne()
    {
        await using var engines = new Engines(configure: static options => options.BatchLimit = 7);
        var inputs = Enumerable.Range(0, 40).Select(Engines.Image).ToArray();

        var together = await engines.EmbedAsync(inputs);

        Assert.Equal("descriptor@1", together.Model);
        Assert.Equal(64, together.Fingerprint.Length);
        Assert.Equal(["decode", "queue", "inference"], together.Stages.Select(static stage => stage.Stage),
            StringComparer.Ordinal);
        foreach (var index in new[] { 0, 6, 7, 39 })
        {
            var alone = await engines.EmbedAsync(inputs[index]);
            var (expected, given) = (
                PackedVector.ToArray(alone.Results[0].Vector),
                PackedVector.ToArray(together.Results[index].Vector));
            Assert.Equal(expected, given, static (x, y) => Math.Abs(x - y) < 1e-5);
            Assert.Equal(1, given.Sum(static value => value * value), tolerance: 1e-4);
        }
    }

    [Fact]
    public async Task EmbedAsync_BadInputsAmongGood_HaveTheirErrorsInPlace()
    {
        await using var engines = new Engines(configure: static options => options.MaxImagePixels = 2_000);
        var whole = Engines.Image(1);
        var large = new RawInput { Image = ByteString.CopyFrom(Large()) };

        var response = await engines.EmbedAsync(
            whole,
            new RawInput { Image = ByteString.Empty },
            new RawInput { Image = ByteString.CopyFromUtf8("no picture") },
            new RawInput { Image = ByteString.CopyFrom(whole.Image.Span[..(whole.Image.Length / 2)]) },
            large,
            new RawInput { Text = "hello" },
            new RawInput(),
            whole);

        Assert.NotNull(response.Results[0].Vector);
        Assert.NotNull(response.Results[7].Vector);
        (int, StatusCode, string, string)[] expected =
        [
            (1, StatusCode.InvalidArgument, Reasons.ImageUnreadable, "inputs[1].image"),
            (2, StatusCode.InvalidArgument, Reasons.ImageUnreadable, "inputs[2].image"),
            (3, StatusCode.InvalidArgument, Reasons.ImageUnreadable, "inputs[3].image"),
            (4, StatusCode.InvalidArgument, Reasons.ImageTooLarge, "inputs[4].image"),
            (5, StatusCode.FailedPrecondition, Reasons.ModelDoesNotAccept, "inputs[5].text"),
            (6, StatusCode.InvalidArgument, Reasons.InvalidField, "inputs[6]"),
        ];
        Assert.Equal(expected, expected.Select(entry => Item(entry.Item1)));

        (int, StatusCode, string, string) Item(int index)
        {
            var error = response.Results[index].Error;
            return (index, (StatusCode)error.Code, error.Reason, error.Field);
        }
    }

    [Fact]
    public async Task EmbedAsync_Tensors_AreCheckedAndComputed()
    {
        await using var engines = new Engines();
        var values = new float[3 * 64 * 64];
        Array.Fill(values, 0.5f);
        var broken = values.ToArray();
        broken[17] = float.NaN;

        var response = await engines.EmbedAsync(
            TensorOf(values, 3, 64, 64),
            TensorOf(values, 64, 64, 3),
            TensorOf(values[..12], 3, 64, 64),
            TensorOf(broken, 3, 64, 64));

        Assert.Equal(560, PackedVector.DimensionOf(response.Results[0].Vector));
        Assert.Equal(
            [
                (Reasons.InvalidField, "inputs[1].tensor.shape"),
                (Reasons.InvalidField, "inputs[2].tensor.data"),
                (Reasons.VectorNotFinite, "inputs[3].tensor.data"),
            ],
            response.Results.Skip(1).Select(static result => (result.Error.Reason, result.Error.Field)));
    }

    [Theory]
    [InlineData("../descriptor", StatusCode.InvalidArgument, Reasons.InvalidField)]
    [InlineData("", StatusCode.InvalidArgument, Reasons.InvalidField)]
    [InlineData("unknown", StatusCode.NotFound, Reasons.ModelNotFound)]
    [InlineData("descriptor@2", StatusCode.NotFound, Reasons.ModelNotFound)]
    [InlineData("broken", StatusCode.FailedPrecondition, Reasons.ModelBroken)]
    public async Task EmbedAsync_WrongModel_IsRefused(string model, StatusCode code, string reason)
    {
        await using var engines = new Engines();
        engines.Write("broken/1/model.onnx", "nothing of the kind");

        var exception =
            await Assert.ThrowsAsync<RpcException>(() => engines.EmbedWithAsync(model, Engines.Image(1)));

        Assert.Equal((code, reason, "model", false), Engines.Describe(exception));
    }

    [Fact]
    public async Task EmbedAsync_NoInputs_IsRefused()
    {
        await using var engines = new Engines();

        var exception = await Assert.ThrowsAsync<RpcException>(() => engines.EmbedAsync());

        Assert.Equal(
            (StatusCode.InvalidArgument, Reasons.InvalidField, "inputs", false), Engines.Describe(exception));
    }

    [Fact]
    public async Task ListModelsAsync_Pages_NameEveryModelOnceAndTheBrokenFirst()
    {
        await using var engines = new Engines();
        DescriptorModel.WriteWhereMissing(engines.Models);
        var file = Path.Combine(engines.Models, "descriptor", "1", "model.onnx");
        foreach (var version in new[] { "2", "10" })
        {
            Directory.CreateDirectory(Path.Combine(engines.Models, "descriptor", version));
            File.Copy(file, Path.Combine(engines.Models, "descriptor", version, "model.onnx"));
        }

        engines.Write("broken/1/model.onnx", "nothing of the kind");
        var names = new List<string>();
        var token = string.Empty;
        do
        {
            var page = await engines.Engine.ListModelsAsync(
                new ListModelsRequest { PageSize = 2, PageToken = token }, Engines.Token);
            names.AddRange(
                page.Models.Select(static model => $"{model.Name}@{model.Version} {model.Provider}"));
            Assert.Equal(token.Length == 0 ? ["broken/1"]
                : [], page.BrokenModels.Select(static broken => broken.Folder),
                StringComparer.Ordinal);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(["descriptor@1 cpu", "descriptor@2 ", "descriptor@10 "], names, StringComparer.Ordinal);
    }

    [Fact]
    public async Task ListModelsAsync_WrongToken_IsRefused()
    {
        await using var engines = new Engines();

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => engines.Engine.ListModelsAsync(
                new ListModelsRequest { PageToken = "../x" }, Engines.Token));

        Assert.Equal((StatusCode.InvalidArgument, Reasons.InvalidField, "page_token", false),
            Engines.Describe(exception));
    }

    [Fact]
    public async Task GetModelAsync_Descriptor_TellsWhatItTakes()
    {
        await using var engines = new Engines();

        var model = (await engines.Engine.GetModelAsync(
            new GetModelRequest { Model = "descriptor" }, Engines.Token)).Model;

        Assert.Equal(
            ("descriptor", "1", 560u, "cpu"), (model.Name, model.Version, model.Dimension, model.Provider));
        Assert.Equal([InputKind.Image, InputKind.Tensor], model.Accepts);
        Assert.Equal([3L, 64, 64], model.InputShape);
    }

    [Fact]
    public async Task StartAsync_CudaDemandedWithTheCpuPackage_Throws()
    {
        await using var engines =
            new Engines(configure: static options => options.Provider = ProviderChoice.Cuda);

        var exception = await Assert.ThrowsAsync<ProviderUnusableException>(
            () => engines.Engine.StartAsync(Engines.Token));

        Assert.Contains(
            "Embedding:Provider is cuda, but it cannot be used", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Auto_FallsBackToTheCpu()
    {
        await using var engines =
            new Engines(configure: static options => options.Provider = ProviderChoice.Auto);

        Assert.NotNull((await engines.EmbedAsync(Engines.Image(1))).Results[0].Vector);
    }

    [Fact]
    public async Task EmbedAsync_AfterDispose_IsShuttingDown()
    {
        await using var engines = new Engines();
        await engines.Engine.DisposeAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => engines.EmbedAsync(Engines.Image(1)));

        Assert.Equal(
            (StatusCode.Unavailable, Reasons.ShuttingDown, string.Empty, true), Engines.Describe(exception));
    }

    private static RawInput TensorOf(float[] values, params long[] shape) => new()
    {
        Tensor = new Tensor
        {
            Shape = { shape },
            Data = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        },
    };

    private static byte[] Large()
    {
        using var bitmap = new SkiaSharp.SKBitmap(50, 41);
        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
