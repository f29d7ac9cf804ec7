using SimilarityCluster.Cli.Demo.Drawing;
using SkiaSharp;

namespace SimilarityCluster.Cli.Tests.Demo.Drawing;

public sealed class PicturePainterTests
{
    [Fact]
    public void Draw_SameSeed_DrawsTheSamePicture() =>
        Assert.Equal(PicturePainter.Draw(PictureKind.Star, 42), PicturePainter.Draw(PictureKind.Star, 42));

    [Fact]
    public void Draw_OtherSeedsAndKinds_DrawsDistinctPictures()
    {
        var kinds = Enum.GetValues<PictureKind>();
        var drawn = kinds.SelectMany(
            kind => new ulong[] { 1, 2, 3 }.Select(seed => PicturePainter.Draw(kind, seed)));

        var distinct = drawn.Select(Convert.ToBase64String).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(3 * kinds.Length, distinct.Count);
    }

    [Fact]
    public void Draw_EveryKind_IsAPictureWithContrast()
    {
        foreach (var kind in Enum.GetValues<PictureKind>())
        {
            using var bitmap = SKBitmap.Decode(PicturePainter.Draw(kind, 5));

            Assert.Equal(PicturePainter.Side, bitmap.Width);
            Assert.Equal(PicturePainter.Side, bitmap.Height);
            var lightness = bitmap.Pixels.Select(pixel => pixel.Red + pixel.Green + pixel.Blue).ToList();
            Assert.True(lightness.Max() - lightness.Min() > 100, $"{kind} is nearly blank.");
        }
    }
}
