using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SimilarityCluster.Index.Kernels;

/// <summary>Eight numbers at a time: x64 with AVX2 and FMA.</summary>
internal static unsafe class Vector256Kernel
{
    /// <summary>Whether this processor has what the kernel needs.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <inheritdoc cref="ScalarKernel.Dot"/>
    public static float Dot(float* left, float* right, int length)
    {
        // Two loads feed one multiplication, so one is done a cycle; it takes four, hence four sums.
        var (sum0, sum1) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var (sum2, sum3) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var index = 0;
        for (; index <= length - 32; index += 32)
        {
            sum0 = Fma.MultiplyAdd(Vector256.Load(left + index), Vector256.Load(right + index), sum0);
            sum1 = Fma.MultiplyAdd(Vector256.Load(left + index + 8), Vector256.Load(right + index + 8), sum1);
            sum2 = Fma.MultiplyAdd(
                Vector256.Load(left + index + 16), Vector256.Load(right + index + 16), sum2);
            sum3 = Fma.MultiplyAdd(
                Vector256.Load(left + index + 24), Vector256.Load(right + index + 24), sum3);
        }

        if (index < length)
        {
            sum0 = Fma.MultiplyAdd(Vector256.Load(left + index), Vector256.Load(right + index), sum0);
            sum1 = Fma.MultiplyAdd(Vector256.Load(left + index + 8), Vector256.Load(right + index + 8), sum1);
        }

        return Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <inheritdoc cref="ScalarKernel.SquaredDistance"/>
    public static float SquaredDistance(float* left, float* right, int length)
    {
        var (sum0, sum1) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var (sum2, sum3) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var index = 0;
        for (; index <= length - 32; index += 32)
        {
            var difference0 = Vector256.Load(left + index) - Vector256.Load(right + index);
            var difference1 = Vector256.Load(left + index + 8) - Vector256.Load(right + index + 8);
            var difference2 = Vector256.Load(left + index + 16) - Vector256.Load(right + index + 16);
            var difference3 = Vector256.Load(left + index + 24) - Vector256.Load(right + index + 24);
            sum0 = Fma.MultiplyAdd(difference0, difference0, sum0);
            sum1 = Fma.MultiplyAdd(difference1, difference1, sum1);
            sum2 = Fma.MultiplyAdd(difference2, difference2, sum2);
            sum3 = Fma.MultiplyAdd(difference3, difference3, sum3);
        }

        if (index < length)
        {
            var difference0 = Vector256.Load(left + index) - Vector256.Load(right + index);
            var difference1 = Vector256.Load(left + index + 8) - Vector256.Load(right + index + 8);
            sum0 = Fma.MultiplyAdd(difference0, difference0, sum0);
            sum1 = Fma.MultiplyAdd(difference1, difference1, sum1);
        }

        return Sum((sum0 + sum1) + (sum2 + sum3));
    }

    /// <summary>Adds eight numbers in an order of our own, which no compiler tier may change.</summary>
    /// <param name="sums">The numbers.</param>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> sums) => Vector128Kernel.Sum(sums.GetLower() + sums.GetUpper());

    /// <inheritdoc cref="ScalarKernel.Dot8"/>
    public static int Dot8(short* query, byte* code, int length)
    {
        var (sum0, sum1) = (Vector256<int>.Zero, Vector256<int>.Zero);
        for (; length > 0; length -= 32)
        {
            sum0 = MultiplyAdd(Avx2.ConvertToVector256Int16(code), Vector256.Load(query), sum0);
            sum1 = MultiplyAdd(Avx2.ConvertToVector256Int16(code + 16), Vector256.Load(query + 16), sum1);
            query += 32;
            code += 32;
        }

        return Vector256.Sum(sum0 + sum1);
    }

    /// <inheritdoc cref="ScalarKernel.Dot4"/>
    public static int Dot4(sbyte* query, byte* code, int length)
    {
        if (AvxVnni.IsSupported)
        {
            return Dot4Vnni(query, code, length);
        }

        var sum = Vector256<int>.Zero;
        for (; length >= 128; length -= 128)
        {
            // Codes are below 16, so that sums of eight products fit into 16 bits.
            var sums = Multiply(query, code) + Multiply(query + 64, code + 32);
            sum += Avx2.MultiplyAddAdjacent(sums, Vector256<short>.One);
            query += 128;
            code += 64;
        }

        if (length > 0)
        {
            sum += Avx2.MultiplyAddAdjacent(Multiply(query, code), Vector256<short>.One);
        }

        return Vector256.Sum(sum);
    }

    private static int Dot4Vnni(sbyte* query, byte* code, int length)
    {
        var sum = Vector256<int>.Zero;
        var low = Vector256.Create((byte)15);
        for (; length > 0; length -= 64)
        {
            var codes = Vector256.Load(code);
            sum = AvxVnni.MultiplyWideningAndAdd(sum, codes & low, Vector256.Load(query));
            sum = AvxVnni.MultiplyWideningAndAdd(sum, codes >>> 4, Vector256.Load(query + 32));
            query += 64;
            code += 32;
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MultiplyAdd(
        Vector256<short> left, Vector256<short> right, Vector256<int> sum) =>
        AvxVnni.IsSupported
            ? AvxVnni.MultiplyWideningAndAdd(sum, left, right)
            : sum + Avx2.MultiplyAddAdjacent(left, right);

    // 64 products, added by fours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Multiply(sbyte* query, byte* code)
    {
        var codes = Vector256.Load(code);
        return Avx2.MultiplyAddAdjacent(codes & Vector256.Create((byte)15), Vector256.Load(query))
            + Avx2.MultiplyAddAdjacent(codes >>> 4, Vector256.Load(query + 32));
    }

    /// <inheritdoc cref="ScalarKernel.DotMixed"/>
    public static int DotMixed(short* query, byte* code, int plan)
    {
        var sum8 = Vector256<int>.Zero;
        for (var chunk = BitPlan.EightBitChunks(plan); chunk > 0; chunk--, code += 16, query += 16)
        {
            sum8 = MultiplyAdd(Avx2.ConvertToVector256Int16(code), Vector256.Load(query), sum8);
        }

        var bytes = (sbyte*)query;
        var sum4 = Vector256<int>.Zero;
        for (var chunk = BitPlan.FourBitChunks(plan); chunk > 0; chunk--, code += 32, bytes += 64)
        {
            sum4 += Avx2.MultiplyAddAdjacent(Multiply(bytes, code), Vector256<short>.One);
        }

        var sum2 = Vector256<int>.Zero;
        var lowest = Vector256.Create((byte)3);
        for (var chunk = BitPlan.TwoBitChunks(plan); chunk > 0; chunk--, code += 32, bytes += 128)
        {
            // Shifted as 16 bits, which is cheaper; what comes in from the byte above is masked.
            var codes = Vector256.Load(code).AsUInt16();
            var sums0 = Avx2.MultiplyAddAdjacent(codes.AsByte() & lowest, Vector256.Load(bytes))
                + Avx2.MultiplyAddAdjacent((codes >>> 2).AsByte() & lowest, Vector256.Load(bytes + 32));
            var sums1 = Avx2.MultiplyAddAdjacent((codes >>> 4).AsByte() & lowest, Vector256.Load(bytes + 64))
                + Avx2.MultiplyAddAdjacent((codes >>> 6).AsByte() & lowest, Vector256.Load(bytes + 96));
            sum2 += Avx2.MultiplyAddAdjacent(sums0 + sums1, Vector256<short>.One);
        }

        return Vector256.Sum(
            sum8 + Vector256.ShiftLeft(sum4, bytes[0]) + Vector256.ShiftLeft(sum2, bytes[1]));
    }

    /// <inheritdoc cref="ScalarKernel.DotAxes"/>
    public static void DotAxes(byte* vector, sbyte* axes, int length, int* products)
    {
        var (sum0, sum1) = (Vector256<int>.Zero, Vector256<int>.Zero);
        var (sum2, sum3) = (Vector256<int>.Zero, Vector256<int>.Zero);
        for (var index = 0; index < length; index += 64)
        {
            var (low, high) = (Vector256.Load(vector + index), Vector256.Load(vector + index + 32));
            var axis = axes + index;
            sum0 += Multiply(low, high, axis);
            sum1 += Multiply(low, high, axis + length);
            sum2 += Multiply(low, high, axis + (2 * length));
            sum3 += Multiply(low, high, axis + (3 * length));
        }

        products[0] = Vector256.Sum(sum0);
        products[1] = Vector256.Sum(sum1);
        products[2] = Vector256.Sum(sum2);
        products[3] = Vector256.Sum(sum3);

        static Vector256<int> Multiply(Vector256<byte> low, Vector256<byte> high, sbyte* axis) =>
            Avx2.MultiplyAddAdjacent(
                Avx2.MultiplyAddAdjacent(low, Vector256.Load(axis))
                + Avx2.MultiplyAddAdjacent(high, Vector256.Load(axis + 32)),
                Vector256<short>.One);
    }
}
