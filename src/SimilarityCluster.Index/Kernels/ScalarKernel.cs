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

    /// <summary>The product of a query of 16 bits and a code of 8.</summary>
    /// <param name="query">Shape [length].</param>
    /// <param name="code">Shape [length].</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.EightBitGranularity"/>.</param>
    /// <returns>The sum of the products, exactly; the caller sees to it that it fits.</returns>
    public static int Dot8(short* query, byte* code, int length)
    {
        var sum = 0;
        for (var index = 0; index < length; index++)
        {
            sum += query[index] * code[index];
        }

        return sum;
    }

    /// <summary>The product of a query of 8 bits and a code of 4.</summary>
    /// <param name="query">Shape [length].</param>
    /// <param name="code">
    /// Shape [length / 2]; of each 32 bytes the low halves are the first 32 numbers, the high ones the next.
    /// </param>
    /// <param name="length">A multiple of <see cref="VectorKernels.FourBitGranularity"/>.</param>
    /// <returns>The sum of the products, exactly.</returns>
    public static int Dot4(sbyte* query, byte* code, int length)
    {
        const int Half = VectorKernels.FourBitGranularity / 2;
        var sum = 0;
        for (; length > 0; length -= 2 * Half)
        {
            for (var index = 0; index < Half; index++)
            {
                sum += (query[index] * (code[index] & 15)) + (query[index + Half] * (code[index] >> 4));
            }

            query += 2 * Half;
            code += Half;
        }

        return sum;
    }

    /// <summary>The product of a query of 16 bits and a code of 8, 4 and 2 bits.</summary>
    /// <param name="query">Shape [numbers of the plan].</param>
    /// <param name="code">Packed as the plan says.</param>
    /// <param name="plan">See <see cref="BitPlan.Packed"/>.</param>
    /// <returns>The sum of the products, exactly; the caller sees to it that it fits.</returns>
    public static int DotMixed(short* query, byte* code, int plan)
    {
        var sum = 0;
        for (var chunk = BitPlan.EightBitChunks(plan); chunk > 0; chunk--)
        {
            AddParts(1);
        }

        for (var chunk = BitPlan.FourBitChunks(plan); chunk > 0; chunk--)
        {
            AddParts(2);
        }

        for (var chunk = BitPlan.TwoBitChunks(plan); chunk > 0; chunk--)
        {
            AddParts(4);
        }

        return sum;

        void AddParts(int parts)
        {
            var bits = 8 / parts;
            for (var part = 0; part < parts; part++)
            {
                for (var index = 0; index < BitPlan.ChunkBytes; index++)
                {
                    sum += *query++ * ((code[index] >> (part * bits)) & ((1 << bits) - 1));
                }
            }

            code += BitPlan.ChunkBytes;
        }
    }

    /// <summary>The product of a vector in bytes and an axis.</summary>
    /// <param name="vector">Shape [length].</param>
    /// <param name="axis">Shape [length]; from -63 to 63, so that pairs of products fit into 16 bits.</param>
    /// <param name="length">A multiple of <see cref="VectorKernels.AxisGranularity"/>.</param>
    /// <returns>The sum of the products, exactly.</returns>
    public static int DotAxis(byte* vector, sbyte* axis, int length)
    {
        var sum = 0;
        for (var index = 0; index < length; index++)
        {
            sum += vector[index] * axis[index];
        }

        return sum;
    }
}
