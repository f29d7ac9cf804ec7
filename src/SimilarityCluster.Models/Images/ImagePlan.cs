using System.Collections.Immutable;
using System.Globalization;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Models.Images;

/// <summary>How a picture becomes a tensor: resize, crop, scale, normalise, lay out.</summary>
/// <remarks>The numbers are <c>(pixel * Scale - Mean) / Deviation</c>, with pixels from 0 to 255.</remarks>
public sealed record ImagePlan
{
    /// <summary>How the picture is resized.</summary>
    public ResizeMode Resize { get; init; }

    /// <summary>Width after resizing, in pixels; the shortest edge for
    /// <see cref="ResizeMode.ShortestEdge"/>.</summary>
    public int ResizeWidth { get; init; }

    /// <summary>Height after resizing, in pixels; the shortest edge for
    /// <see cref="ResizeMode.ShortestEdge"/>.</summary>
    public int ResizeHeight { get; init; }

    /// <summary>The filter that resizes.</summary>
    public ResampleFilter Filter { get; init; }

    /// <summary>Width of the tensor in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the tensor in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>What pixels are multiplied by.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>What is subtracted, for red, green and blue.</summary>
    public ImmutableArray<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>What the difference is divided by, for red, green and blue.</summary>
    public ImmutableArray<float> Deviation { get; init; } = [1, 1, 1];

    /// <summary>The order of the tensor's axes.</summary>
    public TensorLayout Layout { get; init; }

    /// <summary>Numbers in the tensor of one picture.</summary>
    public int Length => Width * Height * 3;

    /// <summary>
    /// Everything that decides the tensor, as one line that does not depend on how it was written down.
    /// </summary>
    /// <returns>The line, part of the fingerprint.</returns>
    internal string ToCanonicalText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Resize} {ResizeWidth}x{ResizeHeight} {Filter} crop {Width}x{Height} scale {Scale:R} "
        + $"mean {Mean[0]:R} {Mean[1]:R} {Mean[2]:R} "
        + $"deviation {Deviation[0]:R} {Deviation[1]:R} {Deviation[2]:R} {Layout}");
}

/// <summary>How a picture is resized before the centre is cut out.</summary>
public enum ResizeMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>To a width and height, whatever its proportions.</summary>
    Exact,

    /// <summary>So that its shorter edge has a length; proportions stay.</summary>
    ShortestEdge,
}
