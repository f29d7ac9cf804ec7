using System.Diagnostics;
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
internal sealed unsafe class ScalarQuantizer
{
    // Of the largest spread of a dimension; the least that is taken for one.
    private const float LeastSpread = 1f / 64;

    private readonly Metric _metric;
    private readonly float[] _offsets;
    private readonly float[] _steps;
    private readonly float[] _inverseSteps;
    private readonly short[] _rowFactors;
    private readonly short[] _rowOffsets;
    private readonly float _rowScale;
    private readonly QueryCode? _offsetQuery;
    private readonly int _levels;
    private readonly int _limit;

    /// <summary>Takes offsets and steps.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="metric">The metric of the rows.</param>
    /// <param name="offsets">Shape [dimension]; finite.</param>
    /// <param name="steps">Shape [dimension]; finite, above 0 or, in dimensions that do not count, 0.</param>
    public ScalarQuantizer(
        VectorCode code, Metric metric, ReadOnlySpan<float> offsets, ReadOnlySpan<float> steps)
    {
        Debug.Assert(code != VectorCode.Float32 && offsets.Length == steps.Length, "Shapes agree.");
        var granularity = code == VectorCode.EightBit
            ? VectorKernels.EightBitGranularity
            : VectorKernels.FourBitGranularity;
        (Code, _metric, Dimension) = (code, metric, offsets.Length);
        CodeLength = (Dimension + granularity - 1) & -granularity;
        _levels = LevelsOf(code);

        // The sum of the products of any two codes must fit into 32 bits.
        _limit = code == VectorCode.EightBit
            ? (int)Math.Min(short.MaxValue, int.MaxValue / ((long)_levels * CodeLength))
            : sbyte.MaxValue;
        _offsets = Padded(offsets);
        _steps = Padded(steps);
        _inverseSteps = Array.ConvertAll(_steps, step => step > 0 ? 1 / step : 0);
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

    /// <summary>What it makes.</summary>
    public VectorCode Code { get; }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension { get; }

    /// <summary>Numbers in a code, with its padding.</summary>
    public int CodeLength { get; }

    /// <summary>Bytes of a row's code.</summary>
    public int CodeBytes => Code == VectorCode.EightBit ? CodeLength : CodeLength / 2;

    /// <summary>Offset of each dimension, shape [dimension].</summary>
    public ReadOnlySpan<float> Offsets => _offsets.AsSpan(0, Dimension);

    /// <summary>Step of each dimension, shape [dimension].</summary>
    public ReadOnlySpan<float> Steps => _steps.AsSpan(0, Dimension);

    /// <summary>Learns offsets and steps from rows.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">
    /// How many of the first rows to learn from, 1 and up; a sample of them is taken.
    /// </param>
    /// <returns>The quantizer.</returns>
    public static ScalarQuantizer Train(VectorCode code, VectorRows rows, int count)
    {
        var sample = new QuantizerSample(rows, count);
        var (offsets, steps) = (new float[rows.Dimension], new float[rows.Dimension]);
        for (var index = 0; index < offsets.Length; index++)
        {
            var (low, high) = code == VectorCode.FourBit
                ? sample.BestRange(index, LevelsOf(code))
                : sample.Range(index);
            offsets[index] = low;
            steps[index] = high - low;
        }

        // A dimension that hardly varies in the sample may do so elsewhere.
        var least = steps.Max() * LeastSpread;
        for (var index = 0; index < steps.Length; index++)
        {
            offsets[index] -= Math.Max(0, least - steps[index]) / 2;
            steps[index] = Math.Max(steps[index], least) / LevelsOf(code);
        }

        GC.KeepAlive(rows);
        return new ScalarQuantizer(code, rows.Metric, offsets, steps);
    }

    /// <summary>Makes a row's code.</summary>
    /// <param name="vector">Shape [dimension], readable to the next multiple of 16.</param>
    /// <param name="code">Receives <see cref="CodeBytes"/>.</param>
    /// <param name="bias">
    /// The score's part that is the same for all queries: see the remarks of the class.
    /// </param>
    /// <returns>How many numbers lie outside of what was learnt.</returns>
    public int Encode(float* vector, byte* code, out float bias)
    {
        var (outside, squares) = (Vector128<int>.Zero, Vector128<float>.Zero);
        var most = Vector128.Create((float)_levels);
        var levels = stackalloc byte[CodeLength];
        fixed (float* offsets = _offsets, steps = _steps, inverses = _inverseSteps)
        {
            new Span<byte>(levels, CodeLength).Clear();
            for (var index = 0; index < Dimension; index += 4)
            {
                var exact = (Vector128.Load(vector + index) - Vector128.Load(offsets + index))
                    * Vector128.Load(inverses + index);
                var level = Vector128.Round(
                    Vector128.Min(Vector128.Max(exact, Vector128<float>.Zero), most));
                var isOutside = Vector128.GreaterThan(Vector128.Abs(exact - level), Vector128<float>.One);
                outside -= isOutside.AsInt32();
                var decoded = level * Vector128.Load(steps + index);
                squares += decoded * decoded;
                var whole = Vector128.ConvertToInt32(level);
                *(uint*)(levels + index) =
                    Vector128.Narrow(Vector128.Narrow(whole, whole), Vector128<short>.Zero).AsUInt32()[0];
            }
        }

        Pack(levels, code);
        var square = Vector128Kernel.Sum(squares);
        bias = _metric switch
        {
            Metric.Dot => 0,
            Metric.Cosine => square / 2,
            _ => square,
        };
        return Vector128.Sum(outside);
    }

    /// <summary>Makes a query's code.</summary>
    /// <param name="vector">Shape [dimension], readable to the next multiple of 16.</param>
    /// <param name="query">Receives it.</param>
    public void Prepare(float* vector, QueryCode query)
    {
        var weights = stackalloc float[CodeLength];
        var (largest, constants) = (Vector128<float>.Zero, Vector128<float>.Zero);
        fixed (float* offsets = _offsets, steps = _steps)
        {
            new Span<float>(weights, CodeLength).Clear();
            for (var index = 0; index < Dimension; index += 4)
            {
                var (number, offset) = (Vector128.Load(vector + index), Vector128.Load(offsets + index));
                var moved = _metric == Metric.Dot ? number : number - offset;
                constants += moved * (_metric == Metric.Dot ? offset : moved);
                var weight = moved * Vector128.Load(steps + index);
                largest = Vector128.Max(largest, Vector128.Abs(weight));
                weight.Store(weights + index);
            }
        }

        var most = Math.Max(
            Math.Max(largest[0], largest[1]), Math.Max(largest[2], largest[3]));
        var scale = most > 0 ? most / _limit : 1;
        Round(weights, 1 / scale, query.Data);
        Set(query, scale, Vector128Kernel.Sum(constants));
    }

    /// <summary>Makes a query's code of a row's.</summary>
    /// <param name="code">The row's.</param>
    /// <param name="bias">The row's.</param>
    /// <param name="query">Receives it.</param>
    public void PrepareFromCode(byte* code, float bias, QueryCode query)
    {
        var levels = stackalloc byte[CodeLength];
        Unpack(code, levels);
        fixed (short* factors = _rowFactors, offsets = _rowOffsets)
        {
            for (var index = 0; index < CodeLength; index += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(levels + index));
                var first = Scaled(low.AsInt16(), Vector128.Load(factors + index))
                    + Vector128.Load(offsets + index);
                var second = Scaled(high.AsInt16(), Vector128.Load(factors + index + 8))
                    + Vector128.Load(offsets + index + 8);
                if (Code == VectorCode.EightBit)
                {
                    first.Store((short*)query.Data + index);
                    second.Store((short*)query.Data + index + 8);
                }
                else
                {
                    Vector128.Narrow(first, second).Store((sbyte*)query.Data + index);
                }
            }
        }

        Set(query, _rowScale, _metric == Metric.Cosine ? 2 * bias : bias);
        if (_offsetQuery is not null)
        {
            query.Constant = (_offsetQuery.Slope * Product(_offsetQuery, code)) + _offsetQuery.Constant;
        }
    }

    private static int LevelsOf(VectorCode code) => code == VectorCode.EightBit ? 255 : 15;

    // With the squared length for the distances, and the product with the offsets for the dot product.
    private void Set(QueryCode query, float scale, float constant) =>
        (query.Slope, query.Constant) = _metric switch
        {
            Metric.Dot => (-scale, 0f - constant),
            Metric.Cosine => (-scale, constant / 2),
            _ => (-2 * scale, constant),
        };

    private int Product(QueryCode query, byte* code) => Code == VectorCode.EightBit
        ? VectorKernels.Dot8((short*)query.Data, code, CodeLength)
        : VectorKernels.Dot4((sbyte*)query.Data, code, CodeLength);

    private void Round(float* weights, float factor, void* data)
    {
        for (var index = 0; index < CodeLength; index += 16)
        {
            var first = Vector128.Narrow(Whole(index), Whole(index + 4));
            var second = Vector128.Narrow(Whole(index + 8), Whole(index + 12));
            if (Code == VectorCode.EightBit)
            {
                first.Store((short*)data + index);
                second.Store((short*)data + index + 8);
            }
            else
            {
                Vector128.Narrow(first, second).Store((sbyte*)data + index);
            }
        }

        Vector128<int> Whole(int index) =>
            Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(weights + index) * factor));
    }

    // A row as a query: weights = step · (offset, if it counts, + step · level). Per dimension a factor of
    // the level in 1/256 and an offset, both scaled so that the largest weight is at the limit.
    private (short[] Factors, short[] Offsets, float Scale) RowTables()
    {
        var counts = _metric == Metric.Dot ? 1f : 0f;
        var most = 0f;
        for (var index = 0; index < Dimension; index++)
        {
            var step = _steps[index];
            most = Math.Max(most, step * ((Math.Abs(_offsets[index]) * counts) + (step * _levels)));
        }

        var scale = most > 0 ? most / _limit : 1;
        var (factors, offsets) = (new short[CodeLength], new short[CodeLength]);
        for (var index = 0; index < Dimension; index++)
        {
            var step = _steps[index];
            factors[index] = (short)Math.Min(short.MaxValue, MathF.Round(step * step / scale * 256));
            offsets[index] = (short)MathF.Round(step * _offsets[index] * counts / scale);
        }

        return (factors, offsets, scale);
    }

    // level · factor / 256, rounded.
    private static Vector128<short> Scaled(Vector128<short> levels, Vector128<short> factors)
    {
        if (Ssse3.IsSupported)
        {
            return Ssse3.MultiplyHighRoundScale(levels << 7, factors);
        }

        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyRoundedDoublingSaturateHigh(levels << 7, factors);
        }

        var (levels0, levels1) = Vector128.Widen(levels);
        var (factors0, factors1) = Vector128.Widen(factors);
        var half = Vector128.Create(128);
        return Vector128.Narrow(
            ((levels0 * factors0) + half) >> 8, ((levels1 * factors1) + half) >> 8);
    }

    private void Pack(byte* levels, byte* code)
    {
        if (Code == VectorCode.EightBit)
        {
            new ReadOnlySpan<byte>(levels, CodeLength).CopyTo(new Span<byte>(code, CodeLength));
            return;
        }

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

    private void Unpack(byte* code, byte* levels)
    {
        if (Code == VectorCode.EightBit)
        {
            new ReadOnlySpan<byte>(code, CodeLength).CopyTo(new Span<byte>(levels, CodeLength));
            return;
        }

        for (var index = 0; index < CodeLength; index += 64)
        {
            for (var part = 0; part < 32; part += 16)
            {
                var both = Vector128.Load(code + (index / 2) + part);
                (both & Vector128.Create((byte)15)).Store(levels + index + part);
                (both >>> 4).Store(levels + index + part + 32);
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
