using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

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
}
