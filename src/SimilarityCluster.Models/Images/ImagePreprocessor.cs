using System.Numerics;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Models.Images;

/// <summary>Encoded pictures to tensors, exactly as a model was trained with.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="plan">What is done to each picture.</param>
/// <param name="maxPixels">Most pixels that a picture may have.</param>
public sealed class ImagePreprocessor(ImagePlan plan, long maxPixels)
{
    /// <summary>Decodes and preprocesses one picture.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="tensor">
    /// Receives the numbers, <see cref="ImagePlan.Length"/> of them in the plan's layout.
    /// </param>
    /// <exception cref="ImageUnreadableException">The bytes are no whole picture.</exception>
    /// <exception cref="ImageTooLargeException">It has too many pixels.</exception>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> has another length.</exception>
    public void Run(ReadOnlySpan<byte> encoded, Span<float> tensor)
    {
        if (tensor.Length != plan.Length)
        {
            throw new ArgumentException(
                $"Expected {plan.Length} numbers, given {tensor.Length}.", nameof(tensor));
        }

        Run(ImageDecoder.Decode(encoded, maxPixels), tensor);
    }

    /// <summary>Preprocesses a decoded picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="tensor">Receives the numbers, in the plan's layout.</param>
    internal void Run(Picture picture, Span<float> tensor)
    {
        var (width, height) = ResizedTo(picture);
        // As transformers' center_crop: the odd pixel goes to the right and the bottom.
        var window = new Window(
            FloorHalf(width - plan.Width), FloorHalf(height - plan.Height), plan.Width, plan.Height);
        var pixels = Resampler.Resize(picture, width, height, window, plan.Filter);
        var scale = new Vector3(plan.Scale);
        var mean = new Vector3(plan.Mean.AsSpan());
        var deviation = new Vector3(plan.Deviation.AsSpan());
        var planar = plan.Layout == TensorLayout.ChannelsFirst;
        var (step, channel) = planar ? (1, pixels.Length) : (3, 1);
        for (var index = 0; index < pixels.Length; index++)
        {
            var value = ((pixels[index] * scale) - mean) / deviation;
            tensor[index * step] = value.X;
            tensor[(index * step) + channel] = value.Y;
            tensor[(index * step) + (2 * channel)] = value.Z;
        }
    }

    private (int Width, int Height) ResizedTo(Picture picture)
    {
        if (plan.Resize != ResizeMode.ShortestEdge)
        {
            return plan.Resize == ResizeMode.None
                ? (picture.Width, picture.Height)
                : (plan.ResizeWidth, plan.ResizeHeight);
        }

        // The longer edge is cut down to a whole number, as transformers' get_resize_output_image_size does.
        var edge = plan.ResizeWidth;
        return picture.Width <= picture.Height
            ? (edge, LongEdge(edge, picture.Height, picture.Width))
            : (LongEdge(edge, picture.Width, picture.Height), edge);
    }

    private static int LongEdge(long shortEdge, int longSource, int shortSource) =>
        (int)Math.Min(shortEdge * longSource / shortSource, int.MaxValue / 2);

    private static int FloorHalf(int difference) => difference >> 1;
}
