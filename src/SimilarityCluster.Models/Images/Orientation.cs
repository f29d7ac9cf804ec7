using System.Runtime.InteropServices;
using SkiaSharp;

namespace SimilarityCluster.Models.Images;

/// <summary>Turns and mirrors pictures as their EXIF orientation says.</summary>
internal static class Orientation
{
    /// <summary>Puts a picture upright.</summary>
    /// <param name="picture">The picture as stored.</param>
    /// <param name="origin">Where its first pixel belongs: EXIF 2.3, tag 0x0112.</param>
    /// <returns>The upright picture; the same one when it already was.</returns>
    public static Picture Apply(Picture picture, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
        {
            return picture;
        }

        var (width, height) = (picture.Width, picture.Height);
        // Where the stored pixel (0, 0) goes, and how far one step right and one step down in the stored
        // picture lead.
        var swaps = origin >= SKEncodedOrigin.LeftTop;
        var (newWidth, newHeight) = swaps ? (height, width) : (width, height);
        var (start, right, down) = origin switch
        {
            SKEncodedOrigin.TopRight => (newWidth - 1, -1, newWidth),
            SKEncodedOrigin.BottomRight => ((newHeight * newWidth) - 1, -1, -newWidth),
            SKEncodedOrigin.BottomLeft => ((newHeight - 1) * newWidth, 1, -newWidth),
            SKEncodedOrigin.LeftTop => (0, newWidth, 1),
            SKEncodedOrigin.RightTop => (newWidth - 1, newWidth, -1),
            SKEncodedOrigin.RightBottom => ((newHeight * newWidth) - 1, -newWidth, -1),
            SKEncodedOrigin.LeftBottom => ((newHeight - 1) * newWidth, -newWidth, 1),
            _ => throw new ImageUnreadableException($"a picture with the EXIF orientation {(int)origin}"),
        };
        var turned = new byte[picture.Rgba.Length];
        var source = MemoryMarshal.Cast<byte, uint>(picture.Rgba.AsSpan());
        var target = MemoryMarshal.Cast<byte, uint>(turned.AsSpan());
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                target[start + (x * right) + (y * down)] = source[(y * width) + x];
            }
        }

        return new Picture(newWidth, newHeight, turned);
    }
}
