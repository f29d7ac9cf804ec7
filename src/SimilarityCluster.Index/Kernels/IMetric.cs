#pragma warning disable MA0048 // The three metrics stand beside their interface.
using System.Runtime.CompilerServices;

namespace SimilarityCluster.Index.Kernels;

/// <summary>A metric as a type, so that every loop gets its own machine code.</summary>
internal unsafe interface IMetric
{
    /// <summary>
    /// What a walk compares: ascends with the distance, and may be cheaper. Never negative zero.
    /// </summary>
    /// <param name="left">Shape [length].</param>
    /// <param name="right">Shape [length].</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <returns>The score; smaller is nearer.</returns>
    static abstract float Score(float* left, float* right, int length);

    /// <summary>The distance that is reported. Two scores may have one distance.</summary>
    /// <param name="score">The score.</param>
    /// <returns>Smaller is nearer.</returns>
    static abstract float Distance(float score);

    /// <summary>The score of a distance, but for rounding.</summary>
    /// <param name="distance">The distance.</param>
    /// <returns>The score; infinities stay.</returns>
    static abstract float ScoreAt(float distance);
}

/// <inheritdoc cref="Metric.Cosine"/>
internal readonly unsafe struct CosineMetric : IMetric
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(float* left, float* right, int length)
    {
        // Rounding may push the product of unit vectors above 1.
        var score = 1f - VectorKernels.Dot(left, right, length);
        return score < 0f ? 0f : score;
    }

    /// <inheritdoc/>
    public static float Distance(float score) => score;

    /// <inheritdoc/>
    public static float ScoreAt(float distance) => distance;
}

/// <inheritdoc cref="Metric.Dot"/>
internal readonly unsafe struct DotMetric : IMetric
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(float* left, float* right, int length) =>
        0f - VectorKernels.Dot(left, right, length); // Unlike a negation, gives no negative zero.

    /// <inheritdoc/>
    public static float Distance(float score) => score;

    /// <inheritdoc/>
    public static float ScoreAt(float distance) => distance;
}

/// <inheritdoc cref="Metric.Euclidean"/>
internal readonly unsafe struct EuclideanMetric : IMetric
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(float* left, float* right, int length) =>
        VectorKernels.SquaredDistance(left, right, length);

    /// <inheritdoc/>
    public static float Distance(float score) => MathF.Sqrt(score);

    /// <inheritdoc/>
    public static float ScoreAt(float distance) => distance < 0 ? distance : distance * distance;
}
