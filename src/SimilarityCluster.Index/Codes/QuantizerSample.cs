namespace SimilarityCluster.Index.Codes;

/// <summary>Rows to learn a quantizer from.</summary>
internal sealed class QuantizerSample
{
    private const int MostRows = 2_048;

    // Shares of the full range that are tried; the sparser levels of a wide one err more than a few clipped
    // numbers do.
    private static readonly float[] Shares = [1f, 0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.4f];

    // By dimension, for what is asked of it.
    private readonly float[] _numbers;
    private readonly int _count;

    /// <summary>Takes rows.</summary>
    /// <param name="rows">Shape [count, stride].</param>
    /// <param name="count">How many, 1 and up.</param>
    /// <param name="dimension">Numbers of a row.</param>
    /// <param name="stride">Numbers from row to row.</param>
    public QuantizerSample(ReadOnlySpan<float> rows, int count, int dimension, int stride)
    {
        _count = count;
        _numbers = new float[(long)count * dimension];
        for (var row = 0; row < count; row++)
        {
            for (var index = 0; index < dimension; index++)
            {
                _numbers[((long)index * count) + row] = rows[(row * stride) + index];
            }
        }
    }

    /// <summary>Chooses rows evenly.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to choose from, 1 and up.</param>
    /// <param name="taken">Receives how many were chosen.</param>
    /// <param name="most">Most rows to choose.</param>
    /// <returns>Shape [taken, padded dimension].</returns>
    public static float[] Choose(VectorRows rows, int count, out int taken, int most = MostRows)
    {
        taken = Math.Min(count, Math.Min(most, MostRows));
        var chosen = new float[taken * rows.PaddedDimension];
        for (var index = 0; index < taken; index++)
        {
            rows[(int)((long)index * count / taken)].CopyTo(chosen.AsSpan(index * rows.PaddedDimension));
        }

        return chosen;
    }

    /// <summary>The smallest and the largest number.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <returns>The range.</returns>
    public (float Low, float High) Range(int dimension)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var number in NumbersOf(dimension))
        {
            (low, high) = (Math.Min(low, number), Math.Max(high, number));
        }

        return (low, high);
    }

    /// <summary>The range whose levels err least, by the squares of the errors.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="levels">The number of the last level; the first is 0.</param>
    /// <returns>The range.</returns>
    public (float Low, float High) BestRange(int dimension, int levels)
    {
        var numbers = NumbersOf(dimension);
        var (low, high) = Range(dimension);
        if (low == high)
        {
            return (low, high);
        }

        var mean = 0f;
        foreach (var number in numbers)
        {
            mean += number / numbers.Length;
        }

        var (best, least) = ((low, high), double.PositiveInfinity);
        foreach (var share in Shares)
        {
            var (from, to) = (mean - (share * (mean - low)), mean + (share * (high - mean)));
            var error = ErrorOf(numbers, from, (to - from) / levels, levels);
            if (error < least)
            {
                (best, least) = ((from, to), error);
            }
        }

        return best;
    }

    private static double ErrorOf(ReadOnlySpan<float> numbers, float low, float step, int levels)
    {
        var (sum, inverse) = (0.0, 1 / step);
        foreach (var number in numbers)
        {
            var level = MathF.Round(Math.Clamp((number - low) * inverse, 0, levels));
            var error = number - low - (level * step);
            sum += error * error;
        }

        return sum;
    }

    private Span<float> NumbersOf(int dimension) => _numbers.AsSpan(dimension * _count, _count);
}
