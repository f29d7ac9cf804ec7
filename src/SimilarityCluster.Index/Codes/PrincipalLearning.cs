using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>What a <see cref="PrincipalQuantizer"/> is made of, learnt from rows. Not thread-safe.</summary>
internal sealed unsafe class PrincipalLearning
{
    // To find axes takes time that grows with the rows times their numbers.
    private const int MostNumbers = 1 << 22;

    private readonly VectorRows _rows;
    private readonly int _count;
    private readonly int _taken;
    private readonly float[] _mean;

    // Without their mean, if that counts; shape [taken, padded dimension].
    private readonly float[] _sample;
    private float[] _found = [];
    private int[] _order = [];

    /// <summary>Takes a sample.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up.</param>
    public PrincipalLearning(VectorRows rows, int count)
    {
        (_rows, _count, _mean) = (rows, count, new float[rows.Dimension]);
        _sample = QuantizerSample.Choose(rows, count, out _taken, Math.Max(1, MostNumbers / rows.Dimension));
        if (rows.Metric != Metric.Dot) // A product changes when a mean is taken off.
        {
            TakeOffMean(_sample, rows.PaddedDimension, _mean);
        }

        ScaleToOne(_sample);
    }

    /// <summary>Looks for axes, and for a plan of bits along them.</summary>
    /// <param name="wanted">How many axes, at most the dimension.</param>
    /// <returns>The plan, and the share of the variance that it leaves as error.</returns>
    public (BitPlan Plan, float Error) Find(int wanted)
    {
        var stride = _rows.PaddedDimension;
        _found = PrincipalComponents.Leading(_sample, _taken, stride, wanted);
        var variances = Squares(_sample, _found, stride, wanted, out var variance);
        _order = [.. Enumerable.Range(0, wanted).OrderByDescending(axis => variances[axis])];
        float[] descending = [.. _order.Select(axis => variances[axis])];
        var plan = BitAllocation.Choose(descending, variance, PrincipalQuantizer.MostError, out var error);
        return (plan, error);
    }

    /// <summary>The axes that were found.</summary>
    /// <param name="plan">How many are needed, if there are so many.</param>
    /// <returns>The leading ones.</returns>
    public PrincipalAxes Axes(BitPlan plan) => PrincipalAxes.Of(
        _mean, _found, _rows.PaddedDimension, _order.AsSpan(0, Math.Min(plan.Length, _order.Length)));

    /// <summary>Learns the steps of the numbers along axes.</summary>
    /// <param name="axes">The axes.</param>
    /// <param name="plan">How many numbers a code has.</param>
    /// <param name="levels">The last level of each number; 0 where it does not count.</param>
    /// <returns>Makes a byte of each number.</returns>
    public ScalarQuantizer Scalar(PrincipalAxes axes, BitPlan plan, ReadOnlySpan<float> levels)
    {
        var sample = QuantizerSample.Choose(_rows, _count, out var taken);
        var along = new float[taken * plan.Length];
        fixed (float* from = sample, to = along)
        {
            for (var row = 0; row < taken; row++)
            {
                axes.Project(from + ((nint)row * _rows.PaddedDimension), to + ((nint)row * plan.Length));
            }
        }

        var numbers = new QuantizerSample(along, taken, plan.Length, plan.Length);
        var (offsets, steps) = ScalarQuantizer.Learn(numbers, levels);
        return new ScalarQuantizer(VectorCode.EightBit, _rows.Metric, offsets, steps, levels);
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

    // Axes are the same at every scale, and at this one no square overflows.
    private static void ScaleToOne(Span<float> numbers)
    {
        var most = 0f;
        foreach (var number in numbers)
        {
            most = Math.Max(most, Math.Abs(number));
        }

        var factor = most is > 0 and <= float.MaxValue ? 1.0 / most : 0;
        foreach (ref var number in numbers)
        {
            number = (float)(number * factor);
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
}
