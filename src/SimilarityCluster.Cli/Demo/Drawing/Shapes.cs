using System.Diagnostics;
using SkiaSharp;

namespace SimilarityCluster.Cli.Demo.Drawing;

/// <summary>
/// The figures and patterns themselves, around the origin; a figure reaches about 1 unit far.
/// </summary>
internal static class Shapes
{
    // A pattern must fill the picture even when it is small, moved and turned.
    private const float PatternReach = 5;

    /// <summary>Draws one.</summary>
    /// <param name="canvas">Scaled so that a unit is half a figure.</param>
    /// <param name="kind">Which.</param>
    /// <param name="colour">In what colour.</param>
    /// <param name="numbers">Vary proportions.</param>
    public static void Draw(SKCanvas canvas, PictureKind kind, SKColor colour, SeededNumbers numbers)
    {
        var isOutline = kind
            is PictureKind.Rings or PictureKind.Waves or PictureKind.Grid or PictureKind.Spiral;
        using var paint = new SKPaint
        {
            Color = colour,
            IsAntialias = true,
            Style = isOutline ? SKPaintStyle.Stroke : SKPaintStyle.Fill,
            StrokeWidth = numbers.Next(.09f, .17f),
        };
        using var path = NewPath(kind, numbers);
        canvas.DrawPath(path, paint);
    }

    private static SKPath NewPath(PictureKind kind, SeededNumbers numbers) => kind switch
    {
        PictureKind.Circle => Circles([(SKPoint.Empty, numbers.Next(.85f, 1.1f))]),
        PictureKind.Square => Polygon(corners: 4, spike: 1, numbers),
        PictureKind.Triangle => Polygon(corners: 3, spike: 1, numbers),
        PictureKind.Star => Polygon(corners: 10, spike: numbers.Next(.38f, .55f), numbers),
        PictureKind.Cross => Cross(numbers.Next(.18f, .38f)),
        PictureKind.Rings =>
            Circles([.. Enumerable.Range(1, 3 + numbers.Next(2)).Select(i => (SKPoint.Empty, i * .32f))]),
        PictureKind.Stripes => Stripes(numbers.Next(.35f, .6f)),
        PictureKind.Checks => Checks(numbers.Next(.4f, .65f)),
        PictureKind.Dots => Dots(numbers.Next(.5f, .75f)),
        PictureKind.Waves => Waves(numbers.Next(.4f, .6f), numbers.Next(.12f, .25f), numbers.Next(.9f, 1.5f)),
        PictureKind.Grid => Grid(numbers.Next(.45f, .7f)),
        PictureKind.Blobs => Circles([.. Enumerable.Range(0, 5).Select(i => NewBlob(i, numbers))]),
        PictureKind.Spiral => Spiral(numbers.Next(2.2f, 3.4f)),
        _ => throw new UnreachableException($"There is no drawing of {kind}."),
    };

    // One in the middle and four around it, as on a die.
    private static (SKPoint Middle, float Radius) NewBlob(int index, SeededNumbers numbers)
    {
        var reach = index == 0 ? 0 : 1.25f;
        var angle = (index * MathF.Tau / 4) + (MathF.PI / 4);
        var middle = new SKPoint(
            (reach * MathF.Cos(angle)) + numbers.Next(-.12f, .12f),
            (reach * MathF.Sin(angle)) + numbers.Next(-.12f, .12f));
        return (middle, numbers.Next(.25f, .5f));
    }

    private static SKPath Circles(ReadOnlySpan<(SKPoint Middle, float Radius)> circles)
    {
        using var builder = new SKPathBuilder();
        foreach (var (middle, radius) in circles)
        {
            builder.AddCircle(middle.X, middle.Y, radius);
        }

        return builder.Detach();
    }

    private static SKPath Polygon(int corners, float spike, SeededNumbers numbers)
    {
        using var builder = new SKPathBuilder();
        for (var corner = 0; corner < corners; corner++)
        {
            var radius = (corner % 2 == 0 ? 1 : spike) * numbers.Next(.92f, 1.12f);
            var angle = (corner * MathF.Tau / corners) - (MathF.PI / (corners == 4 ? 4 : 2));
            var point = new SKPoint(radius * MathF.Cos(angle), radius * MathF.Sin(angle));
            if (corner == 0)
            {
                builder.MoveTo(point);
            }
            else
            {
                builder.LineTo(point);
            }
        }

        builder.Close();
        return builder.Detach();
    }

    private static SKPath Cross(float halfWidth)
    {
        using var builder = new SKPathBuilder();
        builder.AddRect(new SKRect(-1, -halfWidth, 1, halfWidth));
        builder.AddRect(new SKRect(-halfWidth, -1, halfWidth, 1));
        return builder.Detach();
    }

    private static SKPath Stripes(float pitch)
    {
        using var builder = new SKPathBuilder();
        for (var y = -PatternReach; y < PatternReach; y += pitch)
        {
            builder.AddRect(new SKRect(-PatternReach, y, PatternReach, y + (pitch / 2)));
        }

        return builder.Detach();
    }

    private static SKPath Checks(float pitch)
    {
        using var builder = new SKPathBuilder();
        var count = (int)(2 * PatternReach / pitch);
        for (var cell = 0; cell < count * count; cell++)
        {
            var (row, column) = (cell / count, cell % count);
            if ((row + column) % 2 == 0)
            {
                builder.AddRect(SKRect.Create(
                    (column * pitch) - PatternReach, (row * pitch) - PatternReach, pitch, pitch));
            }
        }

        return builder.Detach();
    }

    private static SKPath Dots(float pitch)
    {
        using var builder = new SKPathBuilder();
        for (var y = -PatternReach; y < PatternReach; y += pitch)
        {
            for (var x = -PatternReach; x < PatternReach; x += pitch)
            {
                builder.AddCircle(x, y, pitch * .28f);
            }
        }

        return builder.Detach();
    }

    private static SKPath Waves(float pitch, float height, float length)
    {
        using var builder = new SKPathBuilder();
        for (var y = -PatternReach; y < PatternReach; y += pitch)
        {
            builder.MoveTo(-PatternReach, y);
            for (var x = -PatternReach; x < PatternReach; x += .05f)
            {
                builder.LineTo(x, y + (height * MathF.Sin(x * MathF.Tau / length)));
            }
        }

        return builder.Detach();
    }

    private static SKPath Grid(float pitch)
    {
        using var builder = new SKPathBuilder();
        for (var at = -PatternReach; at < PatternReach; at += pitch)
        {
            builder.MoveTo(-PatternReach, at);
            builder.LineTo(PatternReach, at);
            builder.MoveTo(at, -PatternReach);
            builder.LineTo(at, PatternReach);
        }

        return builder.Detach();
    }

    private static SKPath Spiral(float turns)
    {
        const int Steps = 200;
        using var builder = new SKPathBuilder();
        builder.MoveTo(0, 0);
        for (var step = 1; step <= Steps; step++)
        {
            var share = step / (float)Steps;
            var angle = share * turns * MathF.Tau;
            builder.LineTo(1.15f * share * MathF.Cos(angle), 1.15f * share * MathF.Sin(angle));
        }

        return builder.Detach();
    }
}
