using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>
/// The directions in which rows differ most, the leading first: their principal components. Immutable.
/// </summary>
/// <remarks>
/// Axes are kept in six bits and vectors are rounded to seven before they are multiplied, which errs by about
/// a thousandth of a vector's length on each axis, and is several times as fast as with float32.
/// </remarks>
internal sealed unsafe class PrincipalAxes
{
    private const int MostLevel = 31; // See ScalarKernel.DotAxis.
    private const int VectorOffset = 64;
    private const int MostVectorLevel = 63;

    private readonly float[] _mean;
    private readonly sbyte[] _levels;
    private readonly float[] _scales;

    // What the offset of the vector's levels adds to each product.
    private readonly int[] _surplus;
    private readonly int _stride;

    private PrincipalAxes(ReadOnlySpan<float> mean, int count)
    {
        (Dimension, Count) = (mean.Length, count);
        _stride = (Dimension + VectorKernels.AxisGranularity - 1) & -VectorKernels.AxisGranularity;
        _mean = new float[_stride];
        mean.CopyTo(_mean);
        (_scales, _surplus) = (new float[Count], new int[Count]);
        var groups = (Count + VectorKernels.AxesTogether - 1) / VectorKernels.AxesTogether;
        _levels = GC.AllocateArray<sbyte>(groups * VectorKernels.AxesTogether * _stride, pinned: true);
    }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension { get; }

    /// <summary>How many axes.</summary>
    public int Count { get; }

    /// <summary>Bytes that <see cref="Save"/> writes.</summary>
    public int StateBytes => ((Dimension + Count) * sizeof(float)) + (Count * Dimension);

    /// <summary>Takes axes.</summary>
    /// <param name="mean">What is taken off a vector, shape [dimension].</param>
    /// <param name="axes">Orthonormal or zeros, shape [count, stride].</param>
    /// <param name="stride">Numbers from axis to axis, at least the dimension.</param>
    /// <param name="order">Which of them, and in which order.</param>
    /// <returns>The axes, rounded.</returns>
    public static PrincipalAxes Of(
        ReadOnlySpan<float> mean, ReadOnlySpan<float> axes, int stride, ReadOnlySpan<int> order)
    {
        var rounded = new PrincipalAxes(mean, order.Length);
        Span<sbyte> levels = new sbyte[mean.Length];
        for (var index = 0; index < order.Length; index++)
        {
            var axis = axes.Slice(order[index] * stride, mean.Length);
            var most = 0f;
            foreach (var number in axis)
            {
                most = Math.Max(most, Math.Abs(number));
            }

            var scale = most > 0 ? most / MostLevel : 1;
            for (var dimension = 0; dimension < levels.Length; dimension++)
            {
                levels[dimension] = (sbyte)MathF.Round(axis[dimension] / scale);
            }

            rounded.Set(index, levels, scale);
        }

        return rounded;
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where it is.</param>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="count">How many axes.</param>
    /// <returns>The axes.</returns>
    /// <exception cref="InvalidDataException">A number is impossible, or missing.</exception>
    public static PrincipalAxes Load(ref StateReader reader, int dimension, int count)
    {
        var axes = new PrincipalAxes(reader.Singles("mean of dimension", dimension), count);
        var scales = reader.Singles("scale of axis", count, least: 0);
        for (var index = 0; index < count; index++)
        {
            axes.Set(index, reader.SBytes($"axis {index}, level", dimension, MostLevel), scales[index]);
        }

        return axes;
    }

    /// <summary>
    /// Writes the mean, the scale of each axis, and a byte a number of each axis, all without padding.
    /// </summary>
    /// <param name="writer">Where to.</param>
    public void Save(ref StateWriter writer)
    {
        writer.Singles(_mean.AsSpan(0, Dimension));
        writer.Singles(_scales);
        for (var index = 0; index < Count; index++)
        {
            writer.SBytes(_levels.AsSpan(index * _stride, Dimension));
        }
    }

    /// <summary>Where a vector lies along each axis.</summary>
    /// <param name="vector">Shape [dimension], readable to the next multiple of 16.</param>
    /// <param name="projected">Receives it, shape [<see cref="Count"/>].</param>
    /// <returns>The square of the vector's length, from the mean on.</returns>
    [SkipLocalsInit] // All levels are written.
    public float Project(float* vector, float* projected)
    {
        var levels = stackalloc byte[_stride];
        var (squares, largest) = (Vector256<float>.Zero, Vector256<float>.Zero);
        fixed (float* mean = _mean)
        {
            var index = 0;
            for (; index < Dimension; index += 8)
            {
                var moved = Vector256.Load(vector + index) - Vector256.Load(mean + index);
                squares += moved * moved;
                largest = Vector256.MaxNative(largest, Vector256.Abs(moved));
            }

            var most = 0f;
            for (var lane = 0; lane < Vector256<float>.Count; lane++)
            {
                most = Math.Max(most, largest[lane]);
            }

            var scale = most > 0 ? Math.Min(most, float.MaxValue) / MostVectorLevel : 1;
            var (factor, offset) = (Vector256.Create(1 / scale), Vector256.Create(VectorOffset));
            for (index = 0; index < Dimension; index += 8)
            {
                var moved = (Vector256.Load(vector + index) - Vector256.Load(mean + index)) * factor;
                var whole = Vector256.ConvertToInt32Native(Vector256.Round(moved)) + offset;
                var halves = Vector128.Narrow(whole.GetLower(), whole.GetUpper()).AsUInt16();
                *(ulong*)(levels + index) = Vector128.Narrow(halves, halves).AsUInt64()[0];
            }

            new Span<byte>(levels + index, _stride - index).Clear();
            var products = stackalloc int[VectorKernels.AxesTogether];
            ref var axes = ref MemoryMarshal.GetArrayDataReference(_levels);
            for (var axis = 0; axis < Count; axis++)
            {
                var inGroup = axis % VectorKernels.AxesTogether;
                if (inGroup == 0)
                {
                    // The array is pinned.
                    var group = (sbyte*)Unsafe.AsPointer(ref Unsafe.Add(ref axes, (nint)axis * _stride));
                    VectorKernels.DotAxes(levels, group, _stride, products);
                }

                projected[axis] = (products[inGroup] - _surplus[axis]) * (_scales[axis] * scale);
            }
        }

        return Math.Min(Vector256Kernel.Sum(squares), ScalarQuantizer.MostSquare);
    }

    private void Set(int index, ReadOnlySpan<sbyte> levels, float scale)
    {
        var sum = 0;
        foreach (var level in levels)
        {
            sum += level;
        }

        levels.CopyTo(_levels.AsSpan(index * _stride));
        (_scales[index], _surplus[index]) = (scale, sum * VectorOffset);
    }
}
