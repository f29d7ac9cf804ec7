using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>Makes codes of a fixed number of levels in every dimension. Immutable, thread-safe.</summary>
/// <remarks>
/// <para>
/// A number x becomes a level c, which stands for offset + step · c; offset and step are the dimension's own.
/// With q' = q − offset and x' = step · c, so that q − x = q' − x':
/// squared distance = |q'|² + |x'|² − 2 Σ (q' · step) c. The first term is the query's constant, the second
/// the row's bias, and the last a product of codes of whole numbers. The cosine distance of unit vectors is
/// half of it. The dot product needs no bias: −q · x = −q · offset − Σ (q · step) c.
/// </para>
/// <para>
/// So a score errs by the rounding of the row, and of the product's left side: to 16 bits, or to 8 for codes
/// of four bits.
/// </para>
/// </remarks>
internal sealed unsafe class ScalarQuantizer : RowQuantizer
{
    // Of the largest spread of a dimension; the least that is taken for one.
    private const float LeastSpread = 1f / 64;

    /// <summary>Keeps scores finite whose squares overflow; others do not come near it.</summary>
    public const float MostSquare = float.MaxValue / 4;

    // Likewise for the scales of codes.
    private const float LeastScale = 1e-37f;
    private const float MostScale = 1e28f;

    private readonly float[] _offsets;

    // What is taken off a query: the offsets, or for the dot product nothing.
    private readonly float[] _shifts;
    private readonly float[] _steps;
    private readonly float[] _inverseSteps;
    private readonly short[] _rowFactors;
    private readonly short[] _rowOffsets;
    private readonly float _rowScale;
    private readonly QueryCode? _offsetQuery;
    private readonly float[] _levels;
    private readonly int _limit;

    /// <summary>Takes offsets and steps.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="metric">The metric of the rows.</param>
    /// <param name="offsets">Shape [dimension]; finite.</param>
    /// <param name="steps">Shape [dimension]; finite, above 0 or, in dimensions that do not count, 0.</param>
    /// <param name="levels">
    /// The last level of each dimension, shape [dimension], at most the code's; or empty for the code's.
    /// </param>
    public ScalarQuantizer(
        VectorCode code,
        Metric metric,
        ReadOnlySpan<float> offsets,
        ReadOnlySpan<float> steps,
        ReadOnlySpan<float> levels = default)
    {
        Debug.Assert(offsets.Length == steps.Length, "Shapes agree.");
        var granularity = code == VectorCode.EightBit
            ? VectorKernels.EightBitGranularity
            : VectorKernels.FourBitGranularity;
        (Code, Metric, Dimension) = (code, metric, offsets.Length);
        CodeLength = (Dimension + granularity - 1) & -granularity;
        var most = LevelsOf(code);
        _levels = levels.IsEmpty ? [.. Enumerable.Repeat((float)most, CodeLength)] : Padded(levels);

        // The sum of the products of any two codes must fit into 32 bits.
        _limit = code == VectorCode.EightBit
            ? (int)Math.Min(short.MaxValue, int.MaxValue / ((long)most * CodeLength))
            : sbyte.MaxValue;
        _offsets = Padded(offsets);
        _shifts = metric == Metric.Dot ? new float[CodeLength] : _offsets;
        _steps = Padded(steps);
        _inverseSteps = Array.ConvertAll(_steps, step => step > LeastScale ? 1 / step : 0);
        (_rowFactors, _rowOffsets, _rowScale) = RowTables();
        if (metric == Metric.Dot)
        {
            _offsetQuery = new QueryCode(Dimension);
            fixed (float* vector = _offsets)
            {
                Prepare(vector, _offsetQuery);
            }
        }
    }

    /// <inheritdoc/>
    public override VectorCode Code { get; }

    /// <summary>The metric of the rows.</summary>
    public Metric Metric { get; }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension { get; }

    /// <summary>Numbers in a code, with its padding.</summary>
    public int CodeLength { get; }

    /// <inheritdoc/>
    public override int CodeBytes => Code == VectorCode.EightBit ? CodeLength : CodeLength / 2;

    /// <inheritdoc/>
    public override int Shape => CodeLength;

    /// <inheritdoc/>
    public override int StateBytes => 2 * Dimension * sizeof(float);

    /// <summary>Offset of each dimension, shape [dimension].</summary>
    public ReadOnlySpan<float> Offsets => _offsets.AsSpan(0, Dimension);

    /// <summary>Step of each dimension, shape [dimension].</summary>
    public ReadOnlySpan<float> Steps => _steps.AsSpan(0, Dimension);

    /// <summary>Learns offsets and steps from rows.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <returns>The quantizer.</returns>
    public static new ScalarQuantizer Train(VectorCode code, VectorRows rows, int count)
    {
        var chosen = QuantizerSample.Choose(rows, count, out var taken);
        var sample = new QuantizerSample(chosen, taken, rows.Dimension, rows.PaddedDimension);
        float[] levels = [.. Enumerable.Repeat((float)LevelsOf(code), rows.Dimension)];
        var (offsets, steps) = Learn(sample, levels);
        return new ScalarQuantizer(code, rows.Metric, offsets, steps);
    }

    /// <summary>Learns offsets and steps from a sample.</summary>
    /// <param name="sample">The numbers.</param>
    /// <param name="levels">The last level of each dimension; 0 where it does not count.</param>
    /// <returns>Shape [dimension] each.</returns>
    public static (float[] Offsets, float[] Steps) Learn(QuantizerSample sample, ReadOnlySpan<float> levels)
    {
        var (offsets, steps) = (new float[levels.Length], new float[levels.Length]);
        for (var index = 0; index < levels.Length; index++)
        {
            if (levels[index] > 0)
            {
                var (low, high) = levels[index] < LevelsOf(VectorCode.EightBit)
                    ? sample.BestRange(index, (int)levels[index])
                    : sample.Range(index);
                offsets[index] = low;
                steps[index] = (float)(((double)high - low) / levels[index]);
            }
        }

        // A dimension that hardly varies in the sample may do so elsewhere.
        var least = steps.Max() * LeastSpread;
        for (var index = 0; index < steps.Length; index++)
        {
            if (steps[index] < least && levels[index] > 0)
            {
                // By whole steps, so that a number that all rows share keeps a level of its own.
                var room = (least - steps[index]) * levels[index] / 2;
                offsets[index] -= least * MathF.Floor(room / least);
                steps[index] = least;
            }
        }

        return (offsets, steps);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="metric">The metric of the rows.</param>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="state">Shape [<see cref="StateBytes"/>].</param>
    /// <param name="levels">As for the constructor.</param>
    /// <returns>A quantizer that makes the same codes.</returns>
    /// <exception cref="InvalidDataException">
    /// The state has another length, or one of its numbers is impossible.
    /// </exception>
    public static ScalarQuantizer Load(
        VectorCode code,
        Metric metric,
        int dimension,
        ReadOnlySpan<byte> state,
        ReadOnlySpan<float> levels = default)
    {
        var reader = new StateReader(state, "quantizer");
        var offsets = reader.Singles("offset of dimension", dimension);
        var steps = reader.Singles("step of dimension", dimension, least: 0);
        reader.End();
        return new ScalarQuantizer(code, metric, offsets, steps, levels);
    }

    /// <inheritdoc/>
    /// <remarks>Offsets, then steps, each as float32.</remarks>
    public override void Save(Span<byte> state)
    {
        var writer = new StateWriter(state);
        writer.Singles(Offsets);
        writer.Singles(Steps);
    }

    /// <inheritdoc/>
    [SkipLocalsInit] // All levels are written.
    public override int Encode(float* vector, byte* code, out float bias)
    {
        var levels = code;
        if (Code == VectorCode.FourBit)
        {
            var unpacked = stackalloc byte[CodeLength];
            levels = unpacked;
        }

        var (index, outsideCount, square) = (0, 0, 0f);
        fixed (float* offsets = _offsets, steps = _steps, inverses = _inverseSteps, most = _levels)
        {
            // Summed up before the next call, which would make the loop keep its sums in memory.
            var (outside, squares) = (Vector256<int>.Zero, Vector256<float>.Zero);
            for (; index < Dimension; index += 8)
            {
                var exact = (Vector256.Load(vector + index) - Vector256.Load(offsets + index))
                    * Vector256.Load(inverses + index);
                var level = Vector256.Round(
                    Vector256.MinNative(
                        Vector256.MaxNative(exact, Vector256<float>.Zero), Vector256.Load(most + index)));
                var isOutside = Vector256.GreaterThan(Vector256.Abs(exact - level), Vector256<float>.One);
                outside -= isOutside.AsInt32();
                var decoded = level * Vector256.Load(steps + index);
                squares += decoded * decoded;
                var whole = Whole(level).AsUInt16();
                *(ulong*)(levels + index) = Vector128.Narrow(whole, whole).AsUInt64()[0];
            }

            outsideCount = Vector256.Sum(outside);
            square = Math.Min(Vector256Kernel.Sum(squares), MostSquare);
        }

        new Span<byte>(levels + index, CodeLength - index).Clear();
        if (Code == VectorCode.FourBit)
        {
            Pack(levels, code);
        }

        bias = Metric switch
        {
            Metric.Dot => 0,
            Metric.Cosine => square / 2,
            _ => square,
        };
        return outsideCount;
    }

    /// <inheritdoc/>
    public override void Prepare(float* vector, QueryCode query)
    {
        var isDot = Metric == Metric.Dot;
        var (largest, constants) = (Vector256<float>.Zero, Vector256<float>.Zero);
        fixed (float* offsets = _offsets, shifts = _shifts, steps = _steps)
        {
            for (var index = 0; index < Dimension; index += 8)
            {
                var moved = Vector256.Load(vector + index) - Vector256.Load(shifts + index);
                constants += moved * (isDot ? Vector256.Load(offsets + index) : moved);
                largest = Vector256.MaxNative(largest, Vector256.Abs(moved * Vector256.Load(steps + index)));
            }

            var constant = Math.Clamp(Vector256Kernel.Sum(constants), -MostSquare, MostSquare);
            var most = Vector128.MaxNative(largest.GetLower(), largest.GetUpper());
            var scale = ScaleOf(Math.Max(Math.Max(most[0], most[1]), Math.Max(most[2], most[3])), _limit);
            Round(vector, shifts, steps, 1 / scale, query.Data);
            Set(query, scale, constant);
        }
    }

    /// <inheritdoc/>
    public override void PrepareFromCode(byte* code, float bias, QueryCode query)
    {
        fixed (short* factors = _rowFactors, offsets = _rowOffsets)
        {
            if (Code == VectorCode.EightBit)
            {
                Scale(code, factors, offsets, (short*)query.Data);
            }
            else
            {
                Scale(code, factors, offsets, (sbyte*)query.Data);
            }
        }

        Set(query, _rowScale, Metric == Metric.Cosine ? 2 * bias : bias);
        if (_offsetQuery is not null)
        {
            query.Constant = (_offsetQuery.Slope * Product(_offsetQuery, code)) + _offsetQuery.Constant;
        }
    }

    // What a step of a query's code stands for.
    private static float ScaleOf(float most, int limit) => Math.Clamp(most / limit, LeastScale, MostScale);

    private static int LevelsOf(VectorCode code) => code == VectorCode.EightBit ? 255 : 15;

    // With the squared length for the distances, and the product with the offsets for the dot product.
    private void Set(QueryCode query, float scale, float constant) =>
        (query.Slope, query.Constant) = Metric switch
        {
            Metric.Dot => (-scale, 0f - constant),
            Metric.Cosine => (-scale, constant / 2),
            _ => (-2 * scale, constant),
        };

    private int Product(QueryCode query, byte* code) => Code == VectorCode.EightBit
        ? VectorKernels.Dot8((short*)query.Data, code, CodeLength)
        : VectorKernels.Dot4((sbyte*)query.Data, code, CodeLength);

    private void Round(float* vector, float* shifts, float* steps, float factor, void* data)
    {
        var index = 0;
        for (; index < Dimension; index += 8)
        {
            var moved = Vector256.Load(vector + index) - Vector256.Load(shifts + index);
            var whole = Whole(Vector256.Round(moved * Vector256.Load(steps + index) * factor));
            if (Code == VectorCode.EightBit)
            {
                whole.Store((short*)data + index);
            }
            else
            {
                *(ulong*)((byte*)data + index) = Vector128.NarrowWithSaturation(whole, whole).AsUInt64()[0];
            }
        }

        var size = Code == VectorCode.EightBit ? sizeof(short) : sizeof(sbyte);
        new Span<byte>((byte*)data + (index * size), (CodeLength - index) * size).Clear();
    }

    // Of whole numbers.
    private static Vector128<short> Whole(Vector256<float> numbers)
    {
        var whole = Vector256.ConvertToInt32Native(numbers);
        return Vector128.NarrowWithSaturation(whole.GetLower(), whole.GetUpper());
    }

    // A row as a query: weights = step · (offset, if it counts, + step · level). Per dimension a factor of
    // the level in 1/256 and an offset, both scaled so that the largest weight is at the limit.
    private (short[] Factors, short[] Offsets, float Scale) RowTables()
    {
        var counts = Metric == Metric.Dot ? 1f : 0f;
        var most = 0f;
        for (var index = 0; index < Dimension; index++)
        {
            var step = _steps[index];
            most = Math.Max(most, step * ((Math.Abs(_offsets[index]) * counts) + (step * LevelsOf(Code))));
        }

        // A factor fits into 16 bits, wherefore all levels of the code count, and a weight of two rounded
        // numbers may be larger by one.
        var scale = ScaleOf(most, Math.Min(_limit, short.MaxValue * LevelsOf(Code) / 256) - 1);
        var (factors, offsets) = (new short[CodeLength], new short[CodeLength]);
        for (var index = 0; index < Dimension; index++)
        {
            var weight = _steps[index] / scale;
            factors[index] = Rounded(weight * _steps[index] * 256);
            offsets[index] = Rounded(weight * _offsets[index] * counts);
        }

        return (factors, offsets, scale);

        static short Rounded(float number) =>
            (short)MathF.Round(Math.Clamp(number, short.MinValue, short.MaxValue));
    }

    private void Scale(byte* code, short* factors, short* offsets, short* weights)
    {
        for (var index = 0; index < CodeLength; index += 16)
        {
            Scaled(Vector128.Load(code + index), factors + index, offsets + index).Store(weights + index);
        }
    }

    private void Scale(byte* code, short* factors, short* offsets, sbyte* weights)
    {
        var low = Vector128.Create((byte)15);
        for (var index = 0; index < CodeLength; index += 64)
        {
            for (var first = index; first < index + 32; first += 16)
            {
                var (both, second) = (Vector128.Load(code), first + 32);
                Narrow(Scaled(both & low, factors + first, offsets + first)).Store(weights + first);
                Narrow(Scaled(both >>> 4, factors + second, offsets + second)).Store(weights + second);
                code += 16;
            }
        }

        static Vector128<sbyte> Narrow(Vector256<short> numbers) =>
            Vector128.NarrowWithSaturation(numbers.GetLower(), numbers.GetUpper());
    }

    // level · factor / 256, rounded, + offset.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Scaled(Vector128<byte> levels, short* factors, short* offsets)
    {
        var shifted = Vector256.WidenLower(levels.ToVector256Unsafe()).AsInt16() << 7;
        var factor = Vector256.Load(factors);
        var product = Avx2.IsSupported
            ? Avx2.MultiplyHighRoundScale(shifted, factor)
            : Vector256.Create(
                Product(shifted.GetLower(), factor.GetLower()),
                Product(shifted.GetUpper(), factor.GetUpper()));
        return product + Vector256.Load(offsets);
    }

    // left · right / 32,768, rounded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Product(Vector128<short> left, Vector128<short> right)
    {
        if (Ssse3.IsSupported)
        {
            return Ssse3.MultiplyHighRoundScale(left, right);
        }

        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyRoundedDoublingSaturateHigh(left, right);
        }

        var (left0, left1) = Vector128.Widen(left);
        var (right0, right1) = Vector128.Widen(right);
        var half = Vector128.Create(1 << 14);
        return Vector128.Narrow(((left0 * right0) + half) >> 15, ((left1 * right1) + half) >> 15);
    }

    // Two levels of four bits a byte, see ScalarKernel.Dot4.
    private void Pack(byte* levels, byte* code)
    {
        for (var index = 0; index < CodeLength; index += 64)
        {
            for (var part = 0; part < 32; part += 16)
            {
                var low = Vector128.Load(levels + index + part);
                var high = Vector128.Load(levels + index + part + 32);
                (low | (high << 4)).Store(code + (index / 2) + part);
            }
        }
    }

    private float[] Padded(ReadOnlySpan<float> numbers)
    {
        var padded = new float[CodeLength];
        numbers.CopyTo(padded);
        return padded;
    }
}
