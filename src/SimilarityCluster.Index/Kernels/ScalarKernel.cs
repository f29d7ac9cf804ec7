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

    /// <summary>The product of a query and a code of 8, 4 and 2 bits.</summary>
    /// <param name="query">See <see cref="BitPlan"/>.</param>
    /// <param name="code">See <see cref="BitPlan"/>.</param>
    /// <param name="plan">See <see cref="BitPlan.Packed"/>.</param>
    /// <returns>The sum of the products, exactly; the caller sees to it that it fits.</returns>
    public static int DotMixed(short* query, byte* code, int plan)
    {
        const int Bytes = 32;
        var eight = BitPlan.EightBitChunks(plan) * BitPlan.EightBitChunk;
        var sum = 0;
        for (var index = 0; index < eight; index++)
        {
            sum += query[index] * code[index];
        }

        var bytes = (sbyte*)(query + eight);
        code += eight;
        var four = Sum(BitPlan.FourBitChunks(plan), 4, ref bytes, ref code);
        var two = Sum(BitPlan.TwoBitChunks(plan), 2, ref bytes, ref code);
        return sum + (four << bytes[0]) + (two << bytes[1]);

        static int Sum(int chunks, int bits, ref sbyte* query, ref byte* code)
        {
            var sum = 0;
            for (; chunks > 0; chunks--, code += Bytes)
            {
                for (var shift = 0; shift < 8; shift += bits, query += Bytes)
                {
                    for (var index = 0; index < Bytes; index++)
                    {
                        sum += query[index] * ((code[index] >> shift) & ((1 << bits) - 1));
                    }
                }
            }

            return sum;
        }
    }

    /// <summary>
    /// The products of a vector in bytes and <see cref="VectorKernels.AxesTogether"/> axes.
    /// </summary>
    /// <param name="vector">Shape [length]; 0 to 127.</param>
    /// <param name="axes">
    /// Shape [axes, length]; from -31 to 31, so that sums of eight products fit into 16 bits.
    /// </param>
    /// <param name="length">A multiple of <see cref="VectorKernels.AxisGranularity"/>.</param>
    /// <param name="products">Receives them, exactly; shape [axes].</param>
    public static void DotAxes(byte* vector, sbyte* axes, int length, int* products)
    {
        for (var axis = 0; axis < VectorKernels.AxesTogether; axis++, axes += length)
        {
            var sum = 0;
            for (var index = 0; index < length; index++)
            {
                sum += vector[index] * axes[index];
            }

            products[axis] = sum;
        }
    }
}
