using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>The directions in which a sample of rows differs most.</summary>
internal static unsafe class PrincipalComponents
{
    /// <summary>Finds them.</summary>
    /// <param name="rows">Without their mean, if that counts; shape [count, length].</param>
    /// <param name="count">How many rows.</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <param name="wanted">How many directions, at most the length.</param>
    /// <returns>
    /// Orthonormal, the leading first, shape [wanted, length]; zeros where the rows have no more of them.
    /// </returns>
    public static float[] Leading(float[] rows, int count, int length, int wanted)
    {
        var paddedCount = VectorKernels.PaddedLength(count);
        var columns = new float[length * paddedCount];
        for (var row = 0; row < count; row++)
        {
            for (var index = 0; index < length; index++)
            {
                columns[(index * paddedCount) + row] = rows[(row * length) + index];
            }
        }

        if (length <= count)
        {
            return SubspaceIteration.Leading(Products(columns, length, paddedCount), length, wanted);
        }

        // Fewer rows than numbers: what spans the rows spans the directions, too.
        var padded = new float[paddedCount * length];
        rows.AsSpan(0, count * length).CopyTo(padded);
        var found = Math.Min(wanted, paddedCount);
        var spans = SubspaceIteration.Leading(
            Products(padded, paddedCount, length), paddedCount, found);
        var directions = new float[wanted * length];
        fixed (float* from = spans, numbers = columns)
        {
            for (var index = 0; index < found * length; index++)
            {
                directions[index] = VectorKernels.Dot(
                    from + ((nint)(index / length) * paddedCount),
                    numbers + ((nint)(index % length) * paddedCount),
                    paddedCount);
            }
        }

        SubspaceIteration.Orthonormalise(directions, length, found);
        return directions;
    }

    // Of each vector with each, shape [count, count].
    private static float[] Products(float[] vectors, int count, int length)
    {
        var products = new float[count * count];
        fixed (float* all = vectors)
        {
            for (var left = 0; left < count; left++)
            {
                for (var right = left; right < count; right++)
                {
                    var product = VectorKernels.Dot(
                        all + ((nint)left * length), all + ((nint)right * length), length);
                    products[(left * count) + right] = product;
                    products[(right * count) + left] = product;
                }
            }
        }

        return products;
    }
}
