using System.Numerics;

namespace SimilarityCluster.Models.Images;

/// <summary>Changes the size of pictures the way that models were trained with.</summary>
/// <remarks>
/// Separable, and when a picture shrinks the filter widens with it, so that nothing aliases: the method of
/// Pillow's <c>Image.resize</c>, which Hugging Face's processors call. Numbers stay float between the two
/// passes where Pillow rounds to bytes; the two differ by less than one grey level.
/// </remarks>
internal static class Resampler
{
    /// <summary>Resizes a picture and cuts a window out of the result.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="width">Width of the resized picture in pixels.</param>
    /// <param name="height">Height of the resized picture in pixels.</param>
    /// <param name="window">What is wanted of it; black where it reaches beyond.</param>
    /// <param name="filter">The filter.</param>
    /// <returns>Red, green and blue from 0 to 255 a pixel, shape [window height, window width].</returns>
    public static Vector3[] Resize(
        Picture picture, int width, int height, Window window, ResampleFilter filter)
    {
        var columns = Taps.Of(picture.Width, width, window.Left, window.Width, filter);
        var rows = Taps.Of(picture.Height, height, window.Top, window.Height, filter);
        var result = new Vector3[window.Width * window.Height];
        // Rows stream through one buffer, so that memory follows the window and not the picture's
        // proportions.
        var narrowed = new Vector3[window.Width];
        var (firstRow, endRow) = rows.Used();
        var firstTarget = 0;
        for (var row = firstRow; row < endRow; row++)
        {
            NarrowRow(picture.Rgba.AsSpan(row * picture.Width * Picture.PixelBytes), columns, narrowed);
            while (firstTarget < window.Height && rows.EndOf(firstTarget) <= row)
            {
                firstTarget++;
            }

            for (var y = firstTarget; y < window.Height && rows.Starts[y] <= row && row < rows.EndOf(y); y++)
            {
                var weight = rows.WeightsOf(y)[row - rows.Starts[y]];
                AddRow(narrowed, weight, result.AsSpan(y * window.Width, window.Width));
            }
        }

        for (var pixel = 0; pixel < result.Length; pixel++)
        {
            result[pixel] = Vector3.Clamp(result[pixel], Vector3.Zero, new Vector3(byte.MaxValue));
        }

        return result;
    }

    private static void NarrowRow(ReadOnlySpan<byte> source, Taps columns, Span<Vector3> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var sum = Vector3.Zero;
            var pixel = columns.Starts[x] * Picture.PixelBytes;
            foreach (var weight in columns.WeightsOf(x))
            {
                sum += weight * new Vector3(source[pixel], source[pixel + 1], source[pixel + 2]);
                pixel += Picture.PixelBytes;
            }

            target[x] = sum;
        }
    }

    private static void AddRow(ReadOnlySpan<Vector3> source, float weight, Span<Vector3> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            target[x] += weight * source[x];
        }
    }
}
