using System.Globalization;
using SimilarityCluster.Models.Folders;
using SimilarityCluster.Models.Images;
using SimilarityCluster.Models.Tests.Support;
using SkiaSharp;

namespace SimilarityCluster.Models.Tests.Images;

public sealed class ImagePreprocessorTests
{
    [Fact]
    public void Run_ChannelsFirst_ScalesNormalisesAndSeparatesChannels()
    {
        var plan = PreprocessorConfig.Parse(
            """
            {"size": {"height": 1, "width": 2}, "image_mean": [0.5, 0.25, 0], "image_std": [0.5, 0.25, 2]}
            """,
            TensorLayout.ChannelsFirst);

        var tensor = Run(
            plan, Pictures.Encode(2, 1, (x, _) => x == 0 ? SKColors.White : new SKColor(51, 102, 0)));

        // (255/255 - .5)/.5, (.2 - .5)/.5 | (1 - .25)/.25, (.4 - .25)/.25 | 1/2, 0.
        float[] expected = [1, -0.6f, 3, 0.6f, 0.5f, 0];
        Assert.Equal(expected, tensor, (x, y) => Math.Abs(x - y) < 1e-5);
    }

    [Fact]
    public void Run_ChannelsLast_KeepsChannelsTogether()
    {
        var plan = PreprocessorConfig.Parse(
            """{"size": {"height": 1, "width": 2}, "do_rescale": false}""", TensorLayout.ChannelsLast);

        var tensor = Run(
            plan, Pictures.Encode(2, 1, (x, _) => x == 0 ? new SKColor(1, 2, 3) : new SKColor(4, 5, 6)));

        Assert.Equal([1f, 2, 3, 4, 5, 6], tensor);
    }

    [Fact]
    public void Run_ShortestEdgeAndCrop_TakesTheCentre()
    {
        var plan = PreprocessorConfig.Parse(
            """
            {"size": {"shortest_edge": 2}, "crop_size": {"height": 2, "width": 2}, "do_rescale": false}
            """,
            TensorLayout.ChannelsFirst);

        // 6 x 2: nothing to resize, columns 2 and 3 are the centre.
        var tensor = Run(plan, Pictures.Encode(6, 2, (x, _) => new SKColor((byte)x, 0, 0)));

        Assert.Equal([2f, 3, 2, 3], tensor[..4]);
    }

    [Fact]
    public void Run_CropBeyondThePicture_IsBlackAround()
    {
        var plan = PreprocessorConfig.Parse(
            """{"do_resize": false, "crop_size": 3, "do_center_crop": true, "do_rescale": false}""",
            TensorLayout.ChannelsFirst);

        var tensor = Run(plan, Pictures.Encode(1, 1, (_, _) => new SKColor(9, 0, 0)));

        Assert.Equal([0f, 0, 0, 0, 9, 0, 0, 0, 0], tensor[..9]);
    }

    [Theory]
    // A triangle of reach 2 about positions 1 and 3; at the border three pixels are left, weighted 3, 3, 1 of
    // 7.
    [InlineData(2, 120f / 7, 230f / 7)]
    // Halving with the nearest pixel.
    [InlineData(0, 20, 40)]
    public void Run_FourPixelsToTwo_WeighsAsTheFilterSays(int resample, float first, float second)
    {
        var plan = PreprocessorConfig.Parse(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"size": {"height": 1, "width": 2}, "do_rescale": false, "resample": {{resample}}}"""),
            TensorLayout.ChannelsFirst);

        // 10, 20, 30, 40.
        var tensor = Run(plan, Pictures.Encode(4, 1, (x, _) => new SKColor((byte)(10 * (x + 1)), 0, 0)));

        float[] expected = [first, second];
        Assert.Equal(expected, tensor[..2], (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Theory]
    [InlineData("""{"do_resize": true}""", "size: missing")]
    [InlineData("""{"size": {"shortest_edge": 224}}""", "keep their proportions")]
    [InlineData("""{"size": {"height": 0, "width": 4}}""", "size.height: expected a whole number from 1")]
    [InlineData("""{"size": 4, "image_mean": [1, 2]}""", "image_mean: expected three numbers")]
    [InlineData("""{"size": 4, "image_mean": [1, 2, 3], "image_std": [1, 0, 1]}""", "numbers above 0")]
    [InlineData("""{"size": 4, "resample": 7}""", "resample: expected 0, 1, 2 or 3")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{", "not valid JSON")]
    public void Parse_WrongConfig_SaysWhatIsWrong(string json, string problem)
    {
        var exception = Assert.Throws<ModelFolderException>(
            () => PreprocessorConfig.Parse(json, TensorLayout.ChannelsFirst));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    private static float[] Run(ImagePlan plan, byte[] encoded)
    {
        var tensor = new float[plan.Length];
        new ImagePreprocessor(plan, maxPixels: 1_000).Run(encoded, tensor);
        return tensor;
    }
}
