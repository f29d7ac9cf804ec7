namespace SimilarityCluster.Index.Kernels;

/// <summary>
/// One number at a time: runs everywhere, and is what the other kernels are tested against.
/// </summary>
internal static unsafe class ScalarKernel
{
    /// <summary>Sum of products.</summary>
    /// <param name="left">Shape [length].</param>
    /// <param name="right">Shape [length].</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <returns>The sum.</returns>
    public static float Dot(float* left, float* right, int length)
    {
        var sum = 0f;
        for (var index = 0; index < length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }

    /// <summary>Sum of squared differences.</summary>
    /// <param name="left">Shape [length].</param>
    /// <param name="right">Shape [length].</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <returns>The sum.</returns>
    public static float SquaredDistance(float* left, float* right, int length)
    {
        var sum = 0f;
        for (var index = 0; index < length; index++)
        {
            var difference = left[index] - right[index];
            sum += difference * difference;
        }

        return sum;
    }
}
