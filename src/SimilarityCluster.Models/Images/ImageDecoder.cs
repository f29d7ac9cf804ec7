using System.Runtime.InteropServices;
using SkiaSharp;

namespace SimilarityCluster.Models.Images;

/// <summary>Encoded bytes to an upright, opaque picture.</summary>
internal static class ImageDecoder
{
    private const int Opaque = byte.MaxValue;

    /// <summary>Decodes a PNG, JPEG, WebP, GIF (first frame) or BMP.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="maxPixels">
    /// Most pixels allowed; larger pictures are refused before anything is decoded.
    /// </param>
    /// <returns>The picture: turned by its EXIF orientation, over white where it is transparent.</returns>
    /// <exception cref="ImageUnreadableException">No picture, damaged or incomplete.</exception>
    /// <exception cref="ImageTooLargeException">Too many pixels.</exception>
    public static Picture Decode(ReadOnlySpan<byte> encoded, long maxPixels)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageUnreadableException("no bytes");
        }

        using var data = SKData.CreateCopy(encoded);
        using var codec = Open(data);
        if (codec is null)
        {
            throw new ImageUnreadableException($"{encoded.Length} bytes of no known picture format");
        }

        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg
            or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Gif or SKEncodedImageFormat.Bmp))
        {
            throw new ImageUnreadableException($"a picture in the format {codec.EncodedFormat}");
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > maxPixels)
        {
            throw new ImageTooLargeException(width, height);
        }

        var pixels = Pixels(codec);
        if (codec.Info.AlphaType != SKAlphaType.Opaque)
        {
            PutOverWhite(pixels);
        }

        return Orientation.Apply(new Picture(width, height, pixels), codec.EncodedOrigin);
    }

    /// <summary>
    /// The library answers null for bytes that it does not know, though its declaration does not say so.
    /// </summary>
    private static SKCodec? Open(SKData data) => SKCodec.Create(data);

    private static byte[] Pixels(SKCodec codec)
    {
        // Without a colour space the numbers stay as they are stored, which is how models are trained.
        var info = new SKImageInfo(
            codec.Info.Width,
            codec.Info.Height,
            SKColorType.Rgba8888,
            SKAlphaType.Unpremul,
            colorspace: null);
        var pixels = new byte[info.BytesSize];
        var pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, pinned.AddrOfPinnedObject());
            return result switch
            {
                SKCodecResult.Success => pixels,
                SKCodecResult.IncompleteInput => throw new ImageUnreadableException("a truncated picture"),
                _ => throw new ImageUnreadableException($"a damaged picture ({result})"),
            };
        }
        finally
        {
            pinned.Free();
        }
    }

    private static void PutOverWhite(Span<byte> rgba)
    {
        for (var pixel = 0; pixel < rgba.Length; pixel += Picture.PixelBytes)
        {
            int alpha = rgba[pixel + 3];
            if (alpha == Opaque)
            {
                continue;
            }

            for (var channel = pixel; channel < pixel + 3; channel++)
            {
                rgba[channel] =
                    (byte)(((rgba[channel] * alpha) + (Opaque * (Opaque - alpha)) + (Opaque / 2)) / Opaque);
            }
        }
    }
}
