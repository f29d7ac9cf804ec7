using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SimilarityCluster.Index.Kernels;

/// <summary>Four numbers at a time: ARM64, and x64 without AVX2.</summary>
internal static unsafe class Vector128Kernel
{
    /// <summary>Whether this processor has what the kernel needs.</summary>
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    /// <inheritdoc cref="ScalarKernel.Dot"/>
    public static float Dot(float* left, float* right, int length)
    {
        // Four sums hide the latency of the additions.
        var (sum0, sum1) = (Vector128<float>.Zero, Vector128<float>.Zero);
        var (sum2, sum3) = (Vector128<float>.Zero, Vector128<float>.Zero);
        for (var index = 0; index < length; index += 16)
        {
            sum0 = MultiplyAdd(Vector128.Load(left + index), Vector128.Load(right + index), sum0);
            sum1 = MultiplyAdd(Vector128.Load(left + index + 4), Vector128.Load(right + index + 4), sum1);
            sum2 = MultiplyAdd(Vector128.Load(left + index + 8), Vector128.Load(right + index + 8), sum2);
            sum3 = MultiplyAdd(Vector128.Load(left + index + 12), Vector128.Load(right + index + 12), sum3);
        }

        return Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <inheritdoc cref="ScalarKernel.SquaredDistance"/>
    public static float SquaredDistance(float* left, float* right, int length)
    {
        var (sum0, sum1) = (Vector128<float>.Zero, Vector128<float>.Zero);
        var (sum2, sum3) = (Vector128<float>.Zero, Vector128<float>.Zero);
        for (var index = 0; index < length; index += 16)
        {
            var difference0 = Vector128.Load(left + index) - Vector128.Load(right + index);
            var difference1 = Vector128.Load(left + index + 4) - Vector128.Load(right + index + 4);
            var difference2 = Vector128.Load(left + index + 8) - Vector128.Load(right + index + 8);
            var difference3 = Vector128.Load(left + index + 12) - Vector128.Load(right + index + 12);
            sum0 = MultiplyAdd(difference0, difference0, sum0);
            sum1 = MultiplyAdd(difference1, difference1, sum1);
            sum2 = MultiplyAdd(difference2, difference2, sum2);
            sum3 = MultiplyAdd(difference3, difference3, sum3);
        }

        return Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <summary>Adds four numbers in an order of our own, which no compiler tier may change.</summary>
    /// <param name="sums">The numbers.</param>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> sums)
    {
        var halves = sums + Vector128.Shuffle(sums, Vector128.Create(2, 3, 0, 1));
        return halves.GetElement(0) + halves.GetElement(1);
    }

    // Not MultiplyAddEstimate: whether it rounds once or twice may differ between compiler tiers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MultiplyAdd(
        Vector128<float> left, Vector128<float> right, Vector128<float> sum) =>
        AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(sum, left, right) : sum + (left * right);

    /// <inheritdoc cref="ScalarKernel.Dot8"/>
    public static int Dot8(short* query, byte* code, int length)
    {
        var (sum0, sum1) = (Vector128<int>.Zero, Vector128<int>.Zero);
        for (var index = 0; index < length; index += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(code + index));
            sum0 = MultiplyAdd(low.AsInt16(), Vector128.Load(query + index), sum0);
            sum1 = MultiplyAdd(high.AsInt16(), Vector128.Load(query + index + 8), sum1);
        }

        return Vector128.Sum(sum0 + sum1);
    }

    /// <inheritdoc cref="ScalarKernel.Dot4"/>
    public static int Dot4(sbyte* query, byte* code, int length)
    {
        var (sum0, sum1) = (Vector128<int>.Zero, Vector128<int>.Zero);
        var low = Vector128.Create((byte)15);
        for (; length > 0; length -= 64)
        {
            var (codes0, codes1) = (Vector128.Load(code), Vector128.Load(code + 16));
            sum0 = MultiplyAdd(codes0 & low, Vector128.Load(query), sum0);
            sum1 = MultiplyAdd(codes1 & low, Vector128.Load(query + 16), sum1);
            sum0 = MultiplyAdd(codes0 >>> 4, Vector128.Load(query + 32), sum0);
            sum1 = MultiplyAdd(codes1 >>> 4, Vector128.Load(query + 48), sum1);
            query += 64;
            code += 32;
        }

        return Vector128.Sum(sum0 + sum1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAdd(
        Vector128<short> left, Vector128<short> right, Vector128<int> sum)
    {
        if (Sse2.IsSupported)
        {
            return sum + Sse2.MultiplyAddAdjacent(left, right);
        }

        if (AdvSimd.IsSupported)
        {
            sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, left.GetLower(), right.GetLower());
            return AdvSimd.MultiplyWideningUpperAndAdd(sum, left, right);
        }

        var (left0, left1) = Vector128.Widen(left);
        var (right0, right1) = Vector128.Widen(right);
        return sum + (left0 * right0) + (left1 * right1);
    }

    // Codes are below 128, so that pairs of products fit into 16 bits, and codes are bytes of either sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAdd(
        Vector128<byte> codes, Vector128<sbyte> query, Vector128<int> sum)
    {
        if (Ssse3.IsSupported)
        {
            return MultiplyAdd(Ssse3.MultiplyAddAdjacent(codes, query), Vector128<short>.One, sum);
        }

        if (Dp.IsSupported)
        {
            return Dp.DotProduct(sum, codes.AsSByte(), query);
        }

        var (codes0, codes1) = Vector128.Widen(codes.AsSByte());
        var (query0, query1) = Vector128.Widen(query);
        return MultiplyAdd(codes1, query1, MultiplyAdd(codes0, query0, sum));
    }

    /// <inheritdoc cref="ScalarKernel.DotMixed"/>
    public static int DotMixed(short* query, byte* code, int plan)
    {
        var sum8 = Vector128<int>.Zero;
        for (var chunk = BitPlan.EightBitChunks(plan); chunk > 0; chunk--, code += 16, query += 16)
        {
            var (codes0, codes1) = Vector128.Widen(Vector128.Load(code));
            sum8 = MultiplyAdd(codes0.AsInt16(), Vector128.Load(query), sum8);
            sum8 = MultiplyAdd(codes1.AsInt16(), Vector128.Load(query + 8), sum8);
        }

        var bytes = (sbyte*)query;
        var sum4 = Vector128<int>.Zero;
        var low = Vector128.Create((byte)15);
        for (var half = 2 * BitPlan.FourBitChunks(plan); half > 0; half--, code += 16)
        {
            var codes = Vector128.Load(code);
            sum4 = MultiplyAdd(codes & low, Vector128.Load(bytes), sum4);
            sum4 = MultiplyAdd(codes >>> 4, Vector128.Load(bytes + 32), sum4);
            bytes += NextHalf(half, 64);
        }

        var sum2 = Vector128<int>.Zero;
        var lowest = Vector128.Create((byte)3);
        for (var half = 2 * BitPlan.TwoBitChunks(plan); half > 0; half--, code += 16)
        {
            var codes = Vector128.Load(code);
            sum2 = MultiplyAdd(codes & lowest, Vector128.Load(bytes), sum2);
            sum2 = MultiplyAdd((codes >>> 2) & lowest, Vector128.Load(bytes + 32), sum2);
            sum2 = MultiplyAdd((codes >>> 4) & lowest, Vector128.Load(bytes + 64), sum2);
            sum2 = MultiplyAdd(codes >>> 6, Vector128.Load(bytes + 96), sum2);
            bytes += NextHalf(half, 128);
        }

        return Vector128.Sum(sum8) + (Vector128.Sum(sum4) << bytes[0]) + (Vector128.Sum(sum2) << bytes[1]);

        // Chunks are of twice this width: to the second half of one, or from there to the next.
        static int NextHalf(int half, int chunk) => half % 2 == 0 ? 16 : chunk - 16;
    }

    /// <inheritdoc cref="ScalarKernel.DotAxes"/>
    public static void DotAxes(byte* vector, sbyte* axes, int length, int* products)
    {
        for (var axis = 0; axis < VectorKernels.AxesTogether; axis++, axes += length)
        {
            var (sum0, sum1) = (Vector128<int>.Zero, Vector128<int>.Zero);
            for (var index = 0; index < length; index += 32)
            {
                var bytes = vector + index;
                var numbers = axes + index;
                sum0 = MultiplyAdd(Vector128.Load(bytes), Vector128.Load(numbers), sum0);
                sum1 = MultiplyAdd(Vector128.Load(bytes + 16), Vector128.Load(numbers + 16), sum1);
            }

            products[axis] = Vector128.Sum(sum0 + sum1);
        }
    }
}
