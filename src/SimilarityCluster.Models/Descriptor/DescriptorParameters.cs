namespace SimilarityCluster.Models.Descriptor;

/// <summary>
/// The numbers of the built-in descriptor. They were chosen by nearest-neighbour accuracy on clothing
/// pictures and on emoji together; a change makes another embedding space, so it needs a new version of the
/// model.
/// </summary>
internal static class DescriptorParameters
{
    /// <summary>Width and height of the picture in pixels.</summary>
    public const int Side = 64;

    /// <summary>Orientations over half a turn; an edge and its negative are the same.</summary>
    public const int Orientations = 8;

    /// <summary>
    /// Width and height of the area that a gradient cell averages, in pixels; neighbours overlap.
    /// </summary>
    public const int CellWindow = 12;

    /// <summary>Distance between gradient cells in pixels.</summary>
    public const int CellStep = 8;

    /// <summary>Gradient cells along each side.</summary>
    public const int Cells = Side / CellStep;

    /// <summary>Width, height and distance of colour cells in pixels.</summary>
    public const int ColourStep = 16;

    /// <summary>Colour cells along each side.</summary>
    public const int ColourCells = Side / ColourStep;

    /// <summary>
    /// How far a gradient may turn from an orientation and still count for it, as a cosine: neighbouring
    /// orientations, 22.5 degrees apart, share a gradient, the next ones do not see it.
    /// </summary>
    public const float OrientationReach = 0.8f;

    /// <summary>Added to a block's energy, so that noise in flat areas is not blown up.</summary>
    public const float BlockFloor = 0.005f;

    /// <summary>The length of the colour part where the gradient part has length 1.</summary>
    public const float ColourWeight = 0.4f;

    /// <summary>Brightness counts this much more than the two colour differences.</summary>
    public const float BrightnessWeight = 2;

    /// <summary>Added to the brightness, so that a black picture has an embedding too.</summary>
    public const float BrightnessFloor = 0.1f;

    /// <summary>Added to lengths before dividing by them.</summary>
    public const float LengthFloor = 1e-6f;

    /// <summary>Numbers in an embedding.</summary>
    public const int Dimension = (Orientations * Cells * Cells) + (3 * ColourCells * ColourCells);

    /// <summary>What red, green and blue add to the brightness (ITU-R BT.601).</summary>
    public static ReadOnlySpan<float> Brightness => [0.299f, 0.587f, 0.114f];
}
