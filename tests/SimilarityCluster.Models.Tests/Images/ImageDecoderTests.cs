using System.Buffers.Binary;
using System.IO.Hashing;
using SimilarityCluster.Models.Images;
using SimilarityCluster.Models.Tests.Support;
using SkiaSharp;

namespace SimilarityCluster.Models.Tests.Images;

public sealed class ImageDecoderTests
{
    private const long MaxPixels = 64_000_000;

    [Fact]
    public void Decode_TransparentPixels_StandOverWhite()
    {
        var picture = ImageDecoder.Decode(
            Pictures.Encode(2, 1, (x, _) => new SKColor(200, 100, 0, (byte)(x == 0 ? 0 : 128))), MaxPixels);

        Assert.Equal([255, 255, 255], picture.Rgba[..3]);
        // 255 - (255 - c) * 128 / 255.
        Assert.Equal(227, picture.Rgba[4], tolerance: 1.0);
        Assert.Equal(177, picture.Rgba[5], tolerance: 1.0);
        Assert.Equal(127, picture.Rgba[6], tolerance: 1.0);
    }

    [Fact]
    public void Decode_GreyPng_HasEqualChannels()
    {
        using var bitmap = new SKBitmap(3, 2, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(90, 90, 90));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);

        var picture = ImageDecoder.Decode(data.ToArray(), MaxPixels);

        Assert.Equal((3, 2), (picture.Width, picture.Height));
        Assert.Equal([90, 90, 90], picture.Rgba[..3]);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(5, 0, 0)]
    [InlineData(6, 1, 0)]
    [InlineData(7, 1, 1)]
    [InlineData(8, 0, 1)]
    public void Decode_ExifOrientation_PutsTheFirstCornerWhereItBelongs(
        byte orientation, int right, int bottom)
    {
        // A white picture whose stored top left eighth is black.
        var jpeg = Pictures.Encode(
            64, 32, (x, y) => x < 16 && y < 16 ? SKColors.Black : SKColors.White, SKEncodedImageFormat.Jpeg);

        var picture = ImageDecoder.Decode(Pictures.WithOrientation(jpeg, orientation), MaxPixels);

        Assert.Equal(orientation >= 5 ? (32, 64) : (64, 32), (picture.Width, picture.Height));
        foreach (var (x, y) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
        {
            var pixel = (
                (y * (picture.Height - 1) * picture.Width) + (x * (picture.Width - 1))) * Picture.PixelBytes;
            var isBlack = picture.Rgba[pixel] < 128;
            Assert.Equal((x, y) == (right, bottom), isBlack);
        }
    }

    [Fact]
    public void Decode_Orientation6_TurnsClockwise()
    {
        // Stored: black at the right end of the top row. Turned clockwise it is at the bottom of the right
        // column.
        var jpeg = Pictures.Encode(
            64, 32, (x, y) => x >= 48 && y < 16 ? SKColors.Black : SKColors.White, SKEncodedImageFormat.Jpeg);

        var picture = ImageDecoder.Decode(Pictures.WithOrientation(jpeg, 6), MaxPixels);

        Assert.True(picture.Rgba[^4] < 128);
    }

    [Fact]
    public void Decode_NoBytes_IsUnreadable()
    {
        var exception = Assert.Throws<ImageUnreadableException>(() => ImageDecoder.Decode([], MaxPixels));

        Assert.Equal("no bytes", exception.Message);
    }

    [Fact]
    public void Decode_Text_IsUnreadable() =>
        Assert.Throws<ImageUnreadableException>(() => ImageDecoder.Decode("not a picture"u8, MaxPixels));

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Decode_HalfTheFile_IsUnreadable(SKEncodedImageFormat format)
    {
        var random = new Random(3);
        var whole = Pictures.Encode(
            64, 64, (_, _) => new SKColor(0xFF000000u | (uint)random.Next(1 << 24)), format);

        Assert.Throws<ImageUnreadableException>(
            () => ImageDecoder.Decode(whole.AsSpan(0, whole.Length / 2), MaxPixels));
    }

    [Fact]
    public void Decode_OnePixelTooMany_IsRefusedWithItsSize()
    {
        var encoded = Pictures.Encode(11, 10, (_, _) => SKColors.Red);

        var exception =
            Assert.Throws<ImageTooLargeException>(() => ImageDecoder.Decode(encoded, maxPixels: 109));

        Assert.Equal((11, 10), (exception.Width, exception.Height));
        Assert.Equal(11, ImageDecoder.Decode(encoded, maxPixels: 110).Width);
    }

    [Fact]
    public void Decode_HeaderOfEnormousSize_IsRefusedBeforeDecoding()
    {
        var encoded = Pictures.Encode(8, 8, (_, _) => SKColors.Red);
        // The IHDR chunk: width and height at offset 16, its CRC-32 over type and data at offset 29.
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(29), Crc32.HashToUInt32(encoded.AsSpan(12, 17)));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var exception = Assert.Throws<ImageTooLargeException>(() => ImageDecoder.Decode(encoded, MaxPixels));

        Assert.Equal((60_000, 60_000), (exception.Width, exception.Height));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }
}
