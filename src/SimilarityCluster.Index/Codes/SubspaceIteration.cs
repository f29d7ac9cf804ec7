using System.Runtime.Intrinsics;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>The leading eigenvectors of a symmetric matrix.</summary>
/// <remarks>
/// Orthogonal iteration (Golub and Van Loan, "Matrix computations", section 7.3.2): vectors are multiplied by
/// the matrix and made orthogonal again, each to those before it, so that the leading ones come first.
/// Eigenvectors whose values are alike stay mixed, which takes nothing away from what they span.
/// </remarks>
internal static unsafe class SubspaceIteration
{
    private const int Rounds = 6;

    // Vectors that a row is multiplied with while a near cache holds them all.
    private const int Together = 16;

    /// <summary>Finds them.</summary>
    /// <param name="matrix">Symmetric, without negative eigenvalues; shape [length, length].</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <param name="count">How many, at most <paramref name="length"/>.</param>
    /// <returns>
    /// Orthonormal, the leading first, shape [count, length]; zeros where the matrix has no more of them.
    /// </returns>
    public static float[] Leading(float[] matrix, int length, int count)
    {
        // Any beginning will do that is not at right angles to them: SplitMix64, as in GraphBuilder.LevelOf.
        var vectors = new float[count * length];
        var state = 0UL;
        for (var index = 0; index < vectors.Length; index++)
        {
            state += 0x9E37_79B9_7F4A_7C15;
            var bits = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            vectors[index] = (int)(bits >> 32);
        }

        Orthonormalise(vectors, length, count);

        var products = new float[vectors.Length];
        for (var round = 0; round < Rounds; round++)
        {
            fixed (float* rows = matrix, from = vectors, to = products)
            {
                for (var first = 0; first < count; first += Together)
                {
                    var end = Math.Min(first + Together, count);
                    for (var row = 0; row < length; row++)
                    {
                        for (var vector = first; vector < end; vector++)
                        {
                            to[((nint)vector * length) + row] = VectorKernels.Dot(
                                rows + ((nint)row * length), from + ((nint)vector * length), length);
                        }
                    }
                }
            }

            Orthonormalise(products, length, count);
            (vectors, products) = (products, vectors);
        }

        return vectors;
    }

    /// <summary>Makes vectors orthonormal, each to those before it (modified Gram-Schmidt, twice).</summary>
    /// <param name="vectors">Shape [count, length]; one that those before it span becomes zeros.</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.Granularity"/>.</param>
    /// <param name="count">How many.</param>
    public static void Orthonormalise(float[] vectors, int length, int count)
    {
        fixed (float* all = vectors)
        {
            for (var index = 0; index < count; index++)
            {
                var vector = all + ((nint)index * length);
                var before = VectorKernels.Dot(vector, vector, length);
                for (var pass = 0; pass < 2; pass++)
                {
                    for (var other = 0; other < index; other++)
                    {
                        var earlier = all + ((nint)other * length);
                        Add(vector, earlier, -VectorKernels.Dot(vector, earlier, length), length);
                    }
                }

                // What is left of a dependent vector is rounding.
                var square = VectorKernels.Dot(vector, vector, length);
                Scale(vector, square > before * 1e-9f ? 1 / MathF.Sqrt(square) : 0, length);
            }
        }
    }

    private static void Add(float* vector, float* other, float factor, int length)
    {
        for (var index = 0; index < length; index += 8)
        {
            (Vector256.Load(vector + index) + (Vector256.Load(other + index) * factor)).Store(vector + index);
        }
    }

    private static void Scale(float* vector, float factor, int length)
    {
        for (var index = 0; index < length; index++)
        {
            vector[index] *= factor;
        }
    }
}
