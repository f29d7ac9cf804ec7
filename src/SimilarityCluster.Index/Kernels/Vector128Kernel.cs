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

    // Codes are below 16, so pairs of products fit into 16 bits, and codes are bytes of either sign.
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
        var (sum0, sum1) = (Vector128<int>.Zero, Vector128<int>.Zero);
        for (var chunk = BitPlan.EightBitChunks(plan); chunk > 0; chunk--, code += 16, query += 16)
        {
            sum0 = MultiplyAdd(Vector128.Load(code), query, sum0);
        }

        var low = Vector128.Create((byte)15);
        for (var chunk = BitPlan.FourBitChunks(plan); chunk > 0; chunk--, code += 16, query += 32)
        {
            var codes = Vector128.Load(code);
            sum0 = MultiplyAdd(codes & low, query, sum0);
            sum1 = MultiplyAdd(codes >>> 4, query + 16, sum1);
        }

        var lowest = Vector128.Create((byte)3);
        for (var chunk = BitPlan.TwoBitChunks(plan); chunk > 0; chunk--, code += 16, query += 64)
        {
            var codes = Vector128.Load(code);
            sum0 = MultiplyAdd(codes & lowest, query, sum0);
            sum1 = MultiplyAdd((codes >>> 2) & lowest, query + 16, sum1);
            sum0 = MultiplyAdd((codes >>> 4) & lowest, query + 32, sum0);
            sum1 = MultiplyAdd(codes >>> 6, query + 48, sum1);
        }

        return Vector128.Sum(sum0 + sum1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAdd(Vector128<byte> codes, short* query, Vector128<int> sum)
    {
        var (codes0, codes1) = Vector128.Widen(codes);
        sum = MultiplyAdd(codes0.AsInt16(), Vector128.Load(query), sum);
        return MultiplyAdd(codes1.AsInt16(), Vector128.Load(query + 8), sum);
    }

    /// <inheritdoc cref="ScalarKernel.DotAxis"/>
    public static int DotAxis(byte* vector, sbyte* axis, int length)
    {
        var (sum0, sum1) = (Vector128<int>.Zero, Vector128<int>.Zero);
        for (var index = 0; index < length; index += 16)
        {
            var (bytes, numbers) = (Vector128.Load(vector + index), Vector128.Load(axis + index));
            if (Ssse3.IsSupported)
            {
                sum0 = MultiplyAdd(Ssse3.MultiplyAddAdjacent(bytes, numbers), Vector128<short>.One, sum0);
                continue;
            }

            var (bytes0, bytes1) = Vector128.Widen(bytes);
            var (numbers0, numbers1) = Vector128.Widen(numbers);
            sum0 = MultiplyAdd(bytes0.AsInt16(), numbers0, sum0);
            sum1 = MultiplyAdd(bytes1.AsInt16(), numbers1, sum1);
        }

        return Vector128.Sum(sum0 + sum1);
    }
}
