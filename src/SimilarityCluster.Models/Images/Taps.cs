namespace SimilarityCluster.Models.Images;

/// <summary>Which source pixels make each target pixel along one axis, and with what weight.</summary>
internal sealed class Taps
{
    private readonly float[][] _weights;

    private Taps(int[] starts, float[][] weights)
    {
        Starts = starts;
        _weights = weights;
    }

    /// <summary>The first source pixel of each target pixel.</summary>
    public int[] Starts { get; }

    /// <summary>Computes the taps of a part of a resized axis.</summary>
    /// <param name="source">Length of the axis in source pixels.</param>
    /// <param name="target">Its length after resizing.</param>
    /// <param name="first">The first target pixel wanted; may be negative.</param>
    /// <param name="count">Target pixels wanted; those beyond the axis get no taps.</param>
    /// <param name="filter">The filter.</param>
    /// <returns>The taps; the weights of a pixel add up to 1.</returns>
    public static Taps Of(int source, int target, int first, int count, ResampleFilter filter)
    {
        var starts = new int[count];
        var weights = new float[count][];
        for (var index = 0; index < count; index++)
        {
            (starts[index], weights[index]) = first + index >= 0 && first + index < target
                ? PixelTaps(source, target, first + index, filter)
                : (0, []);
        }

        return new Taps(starts, weights);
    }

    /// <summary>The weights of one target pixel.</summary>
    /// <param name="index">Target pixel, counted from the first one wanted.</param>
    /// <returns>One weight a source pixel, from its start on.</returns>
    public ReadOnlySpan<float> WeightsOf(int index) => _weights[index];

    /// <summary>The end of the source pixels of one target pixel.</summary>
    /// <param name="index">Target pixel, counted from the first one wanted.</param>
    /// <returns>The first source pixel that is no longer read; 0 for a pixel without taps.</returns>
    public int EndOf(int index) => Starts[index] + _weights[index].Length;

    /// <summary>The range of source pixels that any target pixel reads.</summary>
    /// <returns>The first one, and the first one beyond; both 0 when none is read.</returns>
    public (int First, int End) Used()
    {
        var (first, end) = (int.MaxValue, 0);
        for (var index = 0; index < Starts.Length; index++)
        {
            if (_weights[index].Length > 0)
            {
                first = Math.Min(first, Starts[index]);
                end = Math.Max(end, EndOf(index));
            }
        }

        return end > 0 ? (first, end) : (0, 0);
    }

    private static (int Start, float[] Weights) PixelTaps(
        int source, int target, int pixel, ResampleFilter filter)
    {
        var scale = source / (double)target;
        var centre = (pixel + 0.5) * scale;
        if (filter == ResampleFilter.Nearest || source == target)
        {
            return (Math.Min((int)centre, source - 1), [1f]);
        }

        var stretch = Math.Max(scale, 1);
        var reach = Support(filter) * stretch;
        var start = Math.Max((int)(centre - reach + 0.5), 0);
        var end = Math.Min((int)(centre + reach + 0.5), source);
        var weights = new double[end - start];
        for (var tap = 0; tap < weights.Length; tap++)
        {
            weights[tap] = Weight((start + tap - centre + 0.5) / stretch, filter);
        }

        var sum = weights.Sum();
        return (start, Array.ConvertAll(weights, weight => (float)(weight / sum)));
    }

    private static double Support(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Bilinear => 1,
        ResampleFilter.Bicubic => 2,
        _ => 3,
    };

    private static double Weight(double distance, ResampleFilter filter)
    {
        var x = Math.Abs(distance);
        return filter switch
        {
            ResampleFilter.Bilinear => Math.Max(1 - x, 0),
            ResampleFilter.Bicubic when x < 1 => (((1.5 * x) - 2.5) * x * x) + 1,
            ResampleFilter.Bicubic when x < 2 => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
            ResampleFilter.Lanczos when x < 3 => Sinc(x) * Sinc(x / 3),
            _ => 0,
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
