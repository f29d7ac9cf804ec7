using System.Numerics;
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
    /// <summary>Share of the variance that codes may lose; from here on walks go astray.</summary>
    public const float MostError = 0.05f;

    // Axes that are looked for at first, and at most: where rows vary in more directions, other codes do as
    // well, and to find so many takes long.
    private const int FirstAxes = 384;
    private const int MostAxes = 768;

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

    /// <inheritdoc/>
    public override int StateBytes => (4 * sizeof(int)) + _axes.StateBytes + _scalar.StateBytes;

    /// <summary>Learns axes, bits and steps from rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <returns>The quantizer.</returns>
    public static PrincipalQuantizer Train(VectorRows rows, int count)
    {
        var most = Math.Min(MostAxes, rows.Dimension);
        var learning = new PrincipalLearning(rows, count);
        for (var wanted = Math.Min(FirstAxes, most); ; wanted = Math.Min(2 * wanted, most))
        {
            var (plan, error) = learning.Find(wanted);
            if (error <= MostError || wanted == most)
            {
                return Of(learning, plan);
            }
        }
    }

    /// <summary>Learns, if that makes short codes.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <param name="mostBytes">Most bytes of a code.</param>
    /// <returns>
    /// The quantizer; null when its codes were longer or erred too much, or when there are fewer rows than
    /// numbers in them.
    /// </returns>
    public static PrincipalQuantizer? TryTrain(VectorRows rows, int count, int mostBytes)
    {
        if (mostBytes < BitAllocation.LeastBytes || count < rows.Dimension)
        {
            return null;
        }

        var learning = new PrincipalLearning(rows, count);
        var (plan, error) = learning.Find(Math.Min(FirstAxes, rows.Dimension));
        return error <= MostError && plan.Bytes <= mostBytes ? Of(learning, plan) : null;
    }

    /// <inheritdoc cref="RowQuantizer.Load"/>
    public static PrincipalQuantizer Load(Metric metric, int dimension, ReadOnlySpan<byte> state)
    {
        var reader = new StateReader(state, "quantizer");
        var most = BitAllocation.MostNumbers(dimension);
        var plan = new BitPlan(
            Numbers(ref reader, "numbers of eight bits", BitPlan.EightBitChunk, most),
            Numbers(ref reader, "numbers of four bits", BitPlan.FourBitChunk, most),
            Numbers(ref reader, "numbers of two bits", BitPlan.TwoBitChunk, most));
        if (plan.Length > most)
        {
            throw new InvalidDataException(
                $"The quantizer has {plan.Length} numbers; expected at most {most}.");
        }

        var mostAxes = Math.Min(MostAxes, Math.Min(plan.Length, dimension));
        var count = reader.Int32("number of axes", 0, mostAxes);
        var axes = PrincipalAxes.Load(ref reader, dimension, count);
        var levels = LevelsOf(axes, plan);
        return new PrincipalQuantizer(
            axes,
            plan,
            ScalarQuantizer.Load(VectorCode.EightBit, metric, plan.Length, reader.Rest(), levels));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Numbers of eight, four and two bits and of axes as int32, the axes, and the scalar quantizer of the
    /// numbers along them.
    /// </remarks>
    public override void Save(Span<byte> state)
    {
        var writer = new StateWriter(state);
        writer.Int32(_plan.EightBits);
        writer.Int32(_plan.FourBits);
        writer.Int32(_plan.TwoBits);
        writer.Int32(_axes.Count);
        _axes.Save(ref writer);
        _scalar.Save(writer.Rest());
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
        Narrow(query);
        query.Constant += rest;
    }

    /// <inheritdoc/>
    [SkipLocalsInit] // All levels are written.
    public override void PrepareFromCode(byte* code, float bias, QueryCode query)
    {
        var levels = stackalloc byte[_scalar.CodeLength];
        Unpack(code, levels);
        _scalar.PrepareFromCode(levels, bias, query);
        Narrow(query);
    }

    private static PrincipalQuantizer Of(PrincipalLearning learning, BitPlan plan)
    {
        var axes = learning.Axes(plan);
        return new PrincipalQuantizer(axes, plan, learning.Scalar(axes, plan, LevelsOf(axes, plan)));
    }

    // The last level of each number; those of the plan that have no axis do not count.
    private static float[] LevelsOf(PrincipalAxes axes, BitPlan plan) =>
        [.. Enumerable.Range(0, plan.Length).Select(index =>
            index < axes.Count ? (1 << plan.BitsOf(index)) - 1 : 0)];

    private static int Numbers(ref StateReader reader, string name, int chunk, int most)
    {
        var count = reader.Int32(name, 0, most);
        return count % chunk == 0
            ? count
            : throw new InvalidDataException(
                $"The quantizer's {name} are {count}; expected a multiple of {chunk}.");
    }

    // Returns the score of what the axes leave.
    private float Project(float* vector, float* along)
    {
        var square = _axes.Project(vector, along);
        new Span<float>(along + _axes.Count, _scalar.CodeLength - _axes.Count).Clear();
        var squares = Vector256<float>.Zero;
        for (var index = 0; index < _axes.Count; index += 8)
        {
            var numbers = Vector256.Load(along + index);
            squares += numbers * numbers;
        }

        square -= Math.Min(square, Vector256Kernel.Sum(squares));
        return _scalar.Metric switch
        {
            Metric.Dot => 0,
            Metric.Cosine => square / 2,
            _ => square,
        };
    }

    // See BitPlan: the query's numbers for the shorter ones of the code, from 16 bits to 8.
    private void Narrow(QueryCode query)
    {
        var numbers = (short*)query.Data + _plan.EightBits;
        var bytes = (sbyte*)numbers;
        var shift4 = Narrow(numbers, bytes, _plan.FourBits, out var lost4);
        var shift2 = Narrow(numbers + _plan.FourBits, bytes + _plan.FourBits, _plan.TwoBits, out var lost2);
        bytes += _plan.FourBits + _plan.TwoBits;
        (bytes[0], bytes[1]) = (shift4, shift2);

        // What was lost times the middle level: so errors count only as far as levels differ from it.
        query.Constant += query.Slope * ((lost4 * 7.5f) + (lost2 * 1.5f));

        // Bytes never overtake the numbers that they are made of.
        static sbyte Narrow(short* numbers, sbyte* bytes, int count, out int lost)
        {
            var largest = Vector256<short>.Zero;
            for (var index = 0; index < count; index += 16)
            {
                largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(numbers + index)));
            }

            var most = 0;
            for (var lane = 0; lane < Vector256<short>.Count; lane++)
            {
                most = Math.Max(most, largest[lane]);
            }

            var shift = Math.Max(0, BitOperations.Log2((uint)most) - 6);
            var half = Vector256.Create((short)(shift > 0 ? 1 : 0));
            var lostSums = Vector256<int>.Zero;
            for (var index = 0; index < count; index += 16)
            {
                var exact = Vector256.Load(numbers + index);
                var rounded = (exact >> shift) + ((exact >> Math.Max(0, shift - 1)) & half);
                var narrow = Vector128.NarrowWithSaturation(rounded.GetLower(), rounded.GetUpper());
                narrow.Store(bytes + index);
                var (low, high) = Vector128.Widen(narrow);
                var (lost0, lost1) = Vector256.Widen(exact - (Vector256.Create(low, high) << shift));
                lostSums += lost0 + lost1;
            }

            lost = Vector256.Sum(lostSums);
            return (sbyte)shift;
        }
    }

    private void Pack(byte* levels, byte* code)
    {
        new Span<byte>(levels, _plan.EightBits).CopyTo(new Span<byte>(code, _plan.EightBits));
        levels += _plan.EightBits;
        code += _plan.EightBits;
        Pack(4, _plan.FourBits / BitPlan.FourBitChunk, ref levels, ref code);
        Pack(2, _plan.TwoBits / BitPlan.TwoBitChunk, ref levels, ref code);

        static void Pack(int bits, int chunks, ref byte* levels, ref byte* code)
        {
            for (; chunks > 0; chunks--, code += Vector256<byte>.Count)
            {
                var packed = Vector256<byte>.Zero;
                for (var shift = 0; shift < 8; shift += bits, levels += Vector256<byte>.Count)
                {
                    packed |= Vector256.Load(levels) << shift;
                }

                packed.Store(code);
            }
        }
    }

    private void Unpack(byte* code, byte* levels)
    {
        new Span<byte>(levels + _plan.Length, _scalar.CodeLength - _plan.Length).Clear();
        new Span<byte>(code, _plan.EightBits).CopyTo(new Span<byte>(levels, _plan.EightBits));
        code += _plan.EightBits;
        levels += _plan.EightBits;
        Unpack(4, _plan.FourBits / BitPlan.FourBitChunk, ref code, ref levels);
        Unpack(2, _plan.TwoBits / BitPlan.TwoBitChunk, ref code, ref levels);

        static void Unpack(int bits, int chunks, ref byte* code, ref byte* levels)
        {
            var mask = Vector256.Create((byte)((1 << bits) - 1));
            for (; chunks > 0; chunks--, code += Vector256<byte>.Count)
            {
                var packed = Vector256.Load(code);
                for (var shift = 0; shift < 8; shift += bits, levels += Vector256<byte>.Count)
                {
                    ((packed >>> shift) & mask).Store(levels);
                }
            }
        }
    }
}
