using System.IO.Compression;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using SimilarityCluster.Models.Descriptor;
using SimilarityCluster.Models.Folders;
using SimilarityCluster.Models.Images;
using SimilarityCluster.Models.Tests.Support;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Models.Tests.Descriptor;

public sealed class DescriptorGraphTests
{
    private const int PixelCount = 3 * DescriptorParameters.Side * DescriptorParameters.Side;

    private static readonly ImagePlan Plan = new()
    {
        Resize = ResizeMode.Exact,
        ResizeWidth = DescriptorParameters.Side,
        ResizeHeight = DescriptorParameters.Side,
        Width = DescriptorParameters.Side,
        Height = DescriptorParameters.Side,
        Filter = ResampleFilter.Bilinear,
        Scale = 1f / byte.MaxValue,
        Layout = TensorLayout.ChannelsFirst,
    };

    [Fact]
    public void ToBytes_Twice_IsIdentical() =>
        Assert.Equal(SHA256.HashData(DescriptorGraph.ToBytes()), SHA256.HashData(DescriptorGraph.ToBytes()));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Graph_RandomPicture_EqualsThePlainLoops(int seed)
    {
        var pixels = new float[PixelCount];
        new ImagePreprocessor(Plan, 1_000_000).Run(Pictures.Random(seed), pixels);
        using var session = new DescriptorSession();

        var described = session.Run(pixels);

        var expected = DescriptorReference.Describe(pixels);
        Assert.Equal(DescriptorParameters.Dimension, described.Length);
        Assert.All(expected.Zip(described), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
    }

    [Fact]
    public void Graph_BlackPicture_HasLengthOne()
    {
        using var session = new DescriptorSession();

        Assert.Equal(1, TensorPrimitives.Norm<float>(session.Run(new float[PixelCount])), tolerance: 1e-5);
    }

    [Fact]
    public void Graph_ClothingPictures_FindsMoreNeighboursOfTheirClassThanPixels()
    {
        const int GalleryCount = 4_000;
        const int QueryCount = 400;
        var images = Read("train-images-idx3-ubyte.gz")[16..];
        var labels = Read("train-labels-idx1-ubyte.gz")[8..];
        const int Count = GalleryCount + QueryCount;
        var raw = new float[Count][];
        var described = new float[Count][];
        using var session = new DescriptorSession();
        for (var index = 0; index < Count; index++)
        {
            var pixels = images.AsSpan(index * 784, 784);
            raw[index] = Array.ConvertAll(pixels.ToArray(), static pixel => (float)pixel);
            described[index] = session.Run(Tensor(pixels));
        }

        var ofPixels = Accuracy(raw, static (x, y) => -TensorPrimitives.Distance<float>(x, y));
        var ofDescriptor = Accuracy(described, static (x, y) => TensorPrimitives.Dot<float>(x, y));

        // On all pictures: the `descriptor` benchmark,
        // tests/SimilarityCluster.Benchmarks/results/descriptor.md.
        Assert.True(
            ofDescriptor > ofPixels + 0.02,
            $"The descriptor is right for {ofDescriptor}, raw pixels for {ofPixels}.");

        double Accuracy(float[][] vectors, Func<float[], float[], float> similarity) =>
            Enumerable.Range(GalleryCount, QueryCount).Count(query =>
                labels[query] == labels[Enumerable.Range(0, GalleryCount).MaxBy(
                    candidate => similarity(vectors[query], vectors[candidate]))]) / (double)QueryCount;
    }

    private static float[] Tensor(ReadOnlySpan<byte> grey)
    {
        var rgba = new byte[grey.Length * Picture.PixelBytes];
        for (var pixel = 0; pixel < grey.Length; pixel++)
        {
            rgba.AsSpan(pixel * Picture.PixelBytes, 3).Fill(grey[pixel]);
        }

        var tensor = new float[PixelCount];
        new ImagePreprocessor(Plan, 1_000).Run(new Picture(28, 28, rgba), tensor);
        return tensor;
    }

    private static byte[] Read(string name)
    {
        using var file = new GZipStream(
            File.OpenRead(RequiredData.Find($"fashion-mnist/{name}")), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }
}
