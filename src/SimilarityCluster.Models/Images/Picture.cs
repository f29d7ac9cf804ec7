namespace SimilarityCluster.Models.Images;

/// <summary>A decoded picture: upright, opaque, row by row.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Rgba">Red, green, blue and an unused byte a pixel, shape [height, width, 4].</param>
internal sealed record Picture(int Width, int Height, byte[] Rgba)
{
    /// <summary>Bytes of one pixel.</summary>
    public const int PixelBytes = 4;
}
