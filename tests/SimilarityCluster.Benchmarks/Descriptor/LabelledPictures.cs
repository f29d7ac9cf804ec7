using System.IO.Compression;
using System.Runtime.InteropServices;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Testing;
using SkiaSharp;

namespace SimilarityCluster.Benchmarks.Descriptor;

/// <summary>Reads the picture sets that the descriptor is judged on.</summary>
internal static class LabelledPictures
{
    private const int RawSide = 32;

    /// <summary>
    /// Reads the emoji; those that share a first code point are a class, where there are two or more.
    /// Raw pixels are 32 x 32 RGB over white.
    /// </summary>
    /// <returns>3,583 pictures, 2,312 of them in 162 classes.</returns>
    public static List<LabelledPicture> ReadEmoji()
    {
        using var archive = ZipFile.OpenRead(SharedData.Find("emoji/png128.zip"));
        var files = archive.Entries
            .Where(entry => entry.Name.EndsWith(".png", StringComparison.Ordinal))
            .Select(entry => (Name: Path.GetFileNameWithoutExtension(entry.Name), Bytes: ReadAll(entry)))
            .ToList();
        var classes = files.GroupBy(file => FirstCodePoint(file.Name), StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files.Select(file => new LabelledPicture(
                file.Name,
                classes.Contains(FirstCodePoint(file.Name)) ? FirstCodePoint(file.Name) : string.Empty,
                file.Bytes,
                RawPixels(file.Bytes))),
        ];
    }

    /// <summary>Makes PNG files of one half of Fashion-MNIST.</summary>
    /// <param name="half">The pictures.</param>
    /// <param name="prefix">Begins each id.</param>
    /// <returns>One picture each, in order.</returns>
    public static IEnumerable<LabelledPicture> Of(FashionMnist half, string prefix)
    {
        for (var index = 0; index < half.Count; index++)
        {
            var pixels = half[index].ToArray();
            yield return new LabelledPicture(
                $"{prefix}{index:D5}",
                half.Labels[index].ToString(System.Globalization.CultureInfo.InvariantCulture),
                EncodeGrey(pixels),
                Array.ConvertAll(pixels, static pixel => (float)pixel));
        }
    }

    private static string FirstCodePoint(string name) =>
        name.Replace("emoji_u", string.Empty, StringComparison.Ordinal).Split('_', '-')[0];

    private static byte[] ReadAll(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static byte[] EncodeGrey(byte[] pixels)
    {
        using var bitmap = new SKBitmap(
            FashionMnist.Side, FashionMnist.Side, SKColorType.Gray8, SKAlphaType.Opaque);
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    private static float[] RawPixels(byte[] encoded)
    {
        using var decoded = SKBitmap.Decode(encoded);
        using var surface = SKSurface.Create(new SKImageInfo(RawSide, RawSide, SKColorType.Rgba8888));
        surface.Canvas.Clear(SKColors.White);
        using var image = SKImage.FromBitmap(decoded);
        surface.Canvas.DrawImage(
            image,
            SKRect.Create(RawSide, RawSide),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var snapshot = surface.Snapshot();
        using var pixels = snapshot.PeekPixels();
        var bytes = pixels.GetPixelSpan();
        var values = new float[RawSide * RawSide * 3];
        for (var pixel = 0; pixel < RawSide * RawSide; pixel++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                values[(pixel * 3) + channel] = bytes[(pixel * 4) + channel];
            }
        }

        return values;
    }
}
