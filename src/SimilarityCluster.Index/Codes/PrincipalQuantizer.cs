using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>
/// Makes codes of where rows lie along their principal axes: the leading ones in eight bits, the next in
/// four, then two, and the rest only by the length of what they leave. Immutable, thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Source: transform coding (Gersho and Gray, "Vector quantization and signal compression", chapter 8). Where
/// a few directions have most of the variance, as in pictures and most embeddings, it errs as little as four
/// bits a number do with a fraction of the bytes.
/// </para>
/// <para>
/// The squared distance is that along the axes, see <see cref="ScalarQuantizer"/>, plus the squared lengths
/// of what the axes leave of the query and of the row, less twice the product of the two, which is not known;
/// it is taken for 0, as of directions that have nothing to do with each other.
/// </para>
/// </remarks>
internal sealed unsafe class PrincipalQuantizer : RowQuantizer
{
    // Share of the variance; from here on walks go astray.
    private const float MostError = 0.05f;
    private const int FirstAxes = 384;

    private readonly PrincipalAxes _axes;
    private readonly BitPlan _plan;

    // Of the numbers along the axes, a byte each.
    private readonly ScalarQuantizer _scalar;

    private PrincipalQuantizer(PrincipalAxes axes, BitPlan plan, ScalarQuantizer scalar) =>
        (_axes, _plan, _scalar) = (axes, plan, scalar);

    /// <inheritdoc/>
    public override VectorCode Code => VectorCode.Principal;

    /// <inheritdoc/>
    public override int CodeBytes => _plan.Bytes;

    /// <inheritdoc/>
    public override int Shape => _plan.Packed;

    /// <summary>Learns axes, bits and steps from rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <returns>The quantizer.</returns>
    public static PrincipalQuantizer Train(VectorRows rows, int count)
    {
        var (dimension, stride) = (rows.Dimension, rows.PaddedDimension);
        var sample = QuantizerSample.Choose(rows, count, out var taken);
        var mean = new float[dimension];
        if (rows.Metric != Metric.Dot) // A product changes when a mean is taken off.
        {
            TakeOffMean(sample, stride, mean);
        }

        var (wanted, plan) = (Math.Min(FirstAxes, dimension), default(BitPlan));
        float[] found;
        int[] order;
        while (true)
        {
            found = PrincipalComponents.Leading(sample, taken, stride, wanted);
            var variances = Squares(sample, found, stride, wanted, out var variance);
            order = [.. Enumerable.Range(0, wanted).OrderByDescending(axis => variances[axis])];
            float[] descending = [.. order.Select(axis => variances[axis])];
            plan = BitAllocation.Choose(descending, variance, MostError, out var error);
            if (error <= MostError || wanted == dimension)
            {
                break;
            }

            wanted = Math.Min(2 * wanted, dimension);
        }

        var axes = new PrincipalAxes(mean, found, stride, order.AsSpan(0, Math.Min(plan.Length, wanted)));
        return new PrincipalQuantizer(axes, plan, ScalarOf(rows, axes, plan, count));
    }

    /// <inheritdoc/>
    [SkipLocalsInit] // All levels are written.
    public override int Encode(float* vector, byte* code, out float bias)
    {
        var levels = stackalloc byte[_scalar.CodeLength];
        var along = stackalloc float[_scalar.CodeLength];
        var rest = Project(vector, along);
        var outside = _scalar.Encode(along, levels, out bias);
        bias += rest;
        Pack(levels, code);
        return outside;
    }

    /// <inheritdoc/>
    [SkipLocalsInit] // All numbers are written.
    public override void Prepare(float* vector, QueryCode query)
    {
        var along = stackalloc float[_scalar.CodeLength];
        var rest = Project(vector, along);
        _scalar.Prepare(along, query);
        query.Constant += rest;
    }

    /// <inheritdoc/>
    [SkipLocalsInit] // All levels are written.
    public override void PrepareFromCode(byte* code, float bias, QueryCode query)
    {
        var levels = stackalloc byte[_scalar.CodeLength];
        Unpack(code, levels);
        _scalar.PrepareFromCode(levels, bias, query);
    }

    private static ScalarQuantizer ScalarOf(VectorRows rows, PrincipalAxes axes, BitPlan plan, int count)
    {
        var sample = QuantizerSample.Choose(rows, count, out var taken);
        var along = new float[taken * plan.Length];
        fixed (float* from = sample, to = along)
        {
            for (var row = 0; row < taken; row++)
            {
                axes.Project(from + ((nint)row * rows.PaddedDimension), to + ((nint)row * plan.Length));
            }
        }

        float[] levels = [.. Enumerable.Range(0, plan.Length).Select(index =>
            index < axes.Count ? (1 << plan.BitsOf(index)) - 1 : 0)];
        var numbers = new QuantizerSample(along, taken, plan.Length, plan.Length);
        var (offsets, steps) = ScalarQuantizer.Learn(numbers, levels);
        return new ScalarQuantizer(VectorCode.EightBit, rows.Metric, offsets, steps, levels);
    }

    private static void TakeOffMean(Span<float> sample, int stride, Span<float> mean)
    {
        var count = sample.Length / stride;
        for (var dimension = 0; dimension < mean.Length; dimension++)
        {
            var sum = 0.0;
            for (var row = 0; row < count; row++)
            {
                sum += sample[(row * stride) + dimension];
            }

            mean[dimension] = (float)(sum / count);
            for (var row = 0; row < count; row++)
            {
                sample[(row * stride) + dimension] -= mean[dimension];
            }
        }
    }

    // The mean square along each axis, and that of the length.
    private static float[] Squares(float[] sample, float[] axes, int stride, int count, out float square)
    {
        var rowCount = sample.Length / stride;
        var squares = new float[count];
        square = 0;
        fixed (float* rows = sample, directions = axes)
        {
            for (var row = 0; row < rowCount; row++)
            {
                var vector = rows + ((nint)row * stride);
                square += VectorKernels.Dot(vector, vector, stride) / rowCount;
                for (var axis = 0; axis < count; axis++)
                {
                    var along = VectorKernels.Dot(vector, directions + ((nint)axis * stride), stride);
                    squares[axis] += along * along / rowCount;
                }
            }
        }

        return squares;
    }

    // Returns the score of what the axes leave.
    private float Project(float* vector, float* along)
    {
        var square = _axes.Project(vector, along);
        new Span<float>(along + _axes.Count, _scalar.CodeLength - _axes.Count).Clear();
        for (var index = 0; index < _axes.Count; index += 8)
        {
            var numbers = Vector256.Load(along + index);
            square -= Vector256Kernel.Sum(numbers * numbers);
        }

        return _scalar.Metric switch
        {
            Metric.Dot => 0,
            Metric.Cosine => Math.Max(0, square) / 2,
            _ => Math.Max(0, square),
        };
    }

    private void Pack(byte* levels, byte* code)
    {
        for (var chunk = 0; chunk < _plan.EightBits; chunk += 16)
        {
            Vector128.Load(levels).Store(code);
            levels += 16;
            code += 16;
        }

        for (var chunk = 0; chunk < _plan.FourBits; chunk += 32)
        {
            (Vector128.Load(levels) | (Vector128.Load(levels + 16) << 4)).Store(code);
            levels += 32;
            code += 16;
        }

        for (var chunk = 0; chunk < _plan.TwoBits; chunk += 64)
        {
            var low = Vector128.Load(levels) | (Vector128.Load(levels + 16) << 2);
            var high = (Vector128.Load(levels + 32) << 4) | (Vector128.Load(levels + 48) << 6);
            (low | high).Store(code);
            levels += 64;
            code += 16;
        }
    }

    private void Unpack(byte* code, byte* levels)
    {
        new Span<byte>(levels + _plan.Length, _scalar.CodeLength - _plan.Length).Clear();
        Unpack(8, _plan.EightBits, ref code, ref levels);
        Unpack(4, _plan.FourBits, ref code, ref levels);
        Unpack(2, _plan.TwoBits, ref code, ref levels);

        static void Unpack(int bits, int count, ref byte* code, ref byte* levels)
        {
            var mask = Vector128.Create((byte)((1 << bits) - 1));
            for (var end = levels + count; levels < end; code += BitPlan.ChunkBytes)
            {
                for (var shift = 0; shift < 8; shift += bits, levels += BitPlan.ChunkBytes)
                {
                    ((Vector128.Load(code) >>> shift) & mask).Store(levels);
                }
            }
        }
    }
}
