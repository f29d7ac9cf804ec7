using SkiaSharp;

namespace SimilarityCluster.Models.Tests.Support;

/// <summary>Draws and encodes pictures.</summary>
internal static class Pictures
{
    /// <summary>Encodes a picture whose pixels are given by their column and row.</summary>
    public static byte[] Encode(
        int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format =
            SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using var data = bitmap.Encode(format, quality: 100);
        return data.ToArray();
    }

    /// <summary>Random coarse blocks of colour.</summary>
    public static byte[] Random(int seed, int width = 96, int height = 80)
    {
        var random = new Random(seed);
        var blocks = new uint[64];
        for (var index = 0; index < blocks.Length; index++)
        {
            blocks[index] = 0xFF000000u | (uint)random.Next(1 << 24);
        }

        return Encode(width, height, (x, y) => new SKColor(blocks[(y * 8 / height * 8) + (x * 8 / width)]));
    }

    /// <summary>Puts an EXIF segment with an orientation behind the start of a JPEG.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] segment =
        [
            0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. segment, .. jpeg.AsSpan(2)];
    }
}
