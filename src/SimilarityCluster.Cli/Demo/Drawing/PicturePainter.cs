using SkiaSharp;

namespace SimilarityCluster.Cli.Demo.Drawing;

/// <summary>
/// Draws pictures of a kind, no two alike: colours, size, place, turn, clutter and noise vary by seed.
/// </summary>
/// <remarks>Everything is paths: a bare machine has no fonts.</remarks>
internal static class PicturePainter
{
    /// <summary>Width and height in pixels.</summary>
    public const int Side = 128;

    private const float SmallestNoise = 3;
    private const float LargestNoise = 22;

    /// <summary>Draws one picture.</summary>
    /// <param name="kind">What it shows.</param>
    /// <param name="seed">How it looks; the same seed draws the same pixels.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(PictureKind kind, ulong seed)
    {
        var numbers = new SeededNumbers(seed);
        using var bitmap = new SKBitmap(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(bitmap))
        {
            DrawGround(canvas, numbers);
            DrawClutter(canvas, numbers);
            canvas.Translate(
                (Side / 2f) + numbers.Next(-9f, 9f), (Side / 2f) + numbers.Next(-9f, 9f));
            canvas.RotateDegrees(numbers.Next(-15f, 15f));
            canvas.Scale(numbers.Next(34f, 50f));
            canvas.Skew(numbers.Next(-.08f, .08f), 0);
            Shapes.Draw(canvas, kind, NewColour(isLight: false, numbers), numbers);
        }

        AddNoise(bitmap, numbers);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    private static void DrawGround(SKCanvas canvas, SeededNumbers numbers)
    {
        var angle = numbers.Next(0f, MathF.Tau);
        var reach = new SKPoint(MathF.Cos(angle) * Side / 2, MathF.Sin(angle) * Side / 2);
        var middle = new SKPoint(Side / 2f, Side / 2f);
        using var shader = SKShader.CreateLinearGradient(
            middle - reach,
            middle + reach,
            [NewColour(isLight: true, numbers), NewColour(isLight: true, numbers)],
            SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawPaint(paint);
    }

    private static void DrawClutter(SKCanvas canvas, SeededNumbers numbers)
    {
        for (var count = 1 + numbers.Next(3); count > 0; count--)
        {
            using var paint = new SKPaint
            {
                Color = NewColour(numbers.Next(2) == 0, numbers).WithAlpha((byte)(40 + numbers.Next(60))),
                StrokeWidth = numbers.Next(1f, 6f),
                Style = numbers.Next(2) == 0 ? SKPaintStyle.Fill : SKPaintStyle.Stroke,
                IsAntialias = true,
            };
            var place = new SKPoint(numbers.Next(0f, Side), numbers.Next(0f, Side));
            var size = new SKSize(numbers.Next(4f, 22f), numbers.Next(4f, 22f));
            if (numbers.Next(2) == 0)
            {
                canvas.DrawOval(place, size, paint);
            }
            else
            {
                var way = new SKPoint(numbers.Next(-50f, 50f), numbers.Next(-50f, 50f));
                canvas.DrawLine(place, place + way, paint);
            }
        }
    }

    private static SKColor NewColour(bool isLight, SeededNumbers numbers) =>
        SKColor.FromHsl(
            numbers.Next(0f, 360f),
            isLight ? numbers.Next(5f, 45f) : numbers.Next(30f, 95f),
            isLight ? numbers.Next(70f, 95f) : numbers.Next(12f, 45f));

    private static void AddNoise(SKBitmap bitmap, SeededNumbers numbers)
    {
        var amplitude = numbers.Next(SmallestNoise, LargestNoise);
        var pixels = bitmap.GetPixelSpan();
        for (var offset = 0; offset < pixels.Length; offset += 4)
        {
            // The sum of two even spreads is a triangle: small errors are common, large ones rare.
            var noise = numbers.Next(-amplitude, amplitude) + numbers.Next(-amplitude, amplitude);
            for (var channel = offset; channel < offset + 3; channel++)
            {
                pixels[channel] = (byte)Math.Clamp(pixels[channel] + noise, 0, 255);
            }
        }
    }
}
