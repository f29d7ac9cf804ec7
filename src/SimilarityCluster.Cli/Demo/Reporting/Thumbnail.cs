using SkiaSharp;

namespace SimilarityCluster.Cli.Demo.Reporting;

/// <summary>Makes pictures small enough to put hundreds of them into one page.</summary>
internal static class Thumbnail
{
    private const int Side = 96;
    private const int Quality = 82;

    /// <summary>Makes a small square copy with the whole picture in its middle.</summary>
    /// <param name="encoded">The picture.</param>
    /// <returns>A <c>data:</c> address, or null when the picture cannot be decoded.</returns>
    public static string? DataUri(byte[] encoded)
    {
        using var source = SKBitmap.Decode(encoded);
        if (source is null)
        {
            return null;
        }

        using var surface = SKSurface.Create(new SKImageInfo(Side, Side));
        surface.Canvas.Clear(SKColors.White);
        var scale = Side / (float)Math.Max(source.Width, source.Height);
        var size = new SKSize(source.Width * scale, source.Height * scale);
        using var image = SKImage.FromBitmap(source);
        surface.Canvas.DrawImage(
            image,
            SKRect.Create((Side - size.Width) / 2, (Side - size.Height) / 2, size.Width, size.Height),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var snapshot = surface.Snapshot();
        using var data = snapshot.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return $"data:image/jpeg;base64,{Convert.ToBase64String(data.AsSpan())}";
    }
}
