namespace SimilarityCluster.Models.Descriptor;

/// <summary>The directions of the descriptor's orientations.</summary>
internal static class OrientationAxes
{
    private const int QuarterTurn = DescriptorParameters.Orientations / 2;

    // Written out: the last bit of Math.SinCos may differ between machines, and the model's bytes may not.
    private static readonly float[] Sines =
        [0, 0.38268343f, 0.70710677f, 0.9238795f, 1, 0.9238795f, 0.70710677f, 0.38268343f];

    /// <summary>The direction of an orientation, an eighth of half a turn apart from the next.</summary>
    /// <param name="index">The orientation.</param>
    /// <returns>Its sine and cosine.</returns>
    public static (float Sine, float Cosine) Of(int index) =>
        (Sines[index], index <= QuarterTurn ? Sines[QuarterTurn - index] : -Sines[index - QuarterTurn]);
}
