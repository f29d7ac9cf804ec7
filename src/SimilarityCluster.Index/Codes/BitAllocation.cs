using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Codes;

/// <summary>Gives more bits to the numbers that vary more.</summary>
/// <remarks>
/// Source: Gersho and Gray, "Vector quantization and signal compression", section 8.3 on transform coding.
/// </remarks>
internal static class BitAllocation
{
    // Of a number's variance, what is left as error by a uniform quantizer of normally distributed numbers
    // (Max 1960, table II); without bits all of it.
    private const float EightBitError = 0.0001f;
    private const float FourBitError = 0.0115f;
    private const float TwoBitError = 0.1188f;

    // A code that ends with a cache line, but for the bias, is read with no more lines than a shorter one.
    private const int LineBytes = 64;

    /// <summary>Bytes of the shortest plan that is looked for first.</summary>
    public const int LeastBytes = LineBytes - BitPlan.EightBitChunk;

    /// <summary>Finds the shortest code that errs little enough; else the best of the longest.</summary>
    /// <param name="variances">Descending; those of the numbers that there are.</param>
    /// <param name="variance">The sum of them and of those that are left out.</param>
    /// <param name="mostError">Share of <paramref name="variance"/>.</param>
    /// <param name="error">Receives the share that is left as error.</param>
    /// <returns>The plan; it may have a few more numbers than there are.</returns>
    public static BitPlan Choose(
        ReadOnlySpan<float> variances, float variance, float mostError, out float error)
    {
        var (sums, weights) = (new double[variances.Length + 1], new double[variances.Length + 1]);
        for (var index = 0; index < variances.Length; index++)
        {
            sums[index + 1] = sums[index] + variances[index];
            weights[index + 1] = weights[index] + (variances[index] * Math.Sqrt(variances[index]));
        }

        for (var bytes = LeastBytes; ; bytes += LineBytes)
        {
            var best = Best(weights, bytes);
            error = variance > 0 ? (float)((ErrorOf(best, sums) + variance - sums[^1]) / variance) : 0;
            if (error <= mostError || bytes >= variances.Length)
            {
                return best;
            }
        }
    }

    /// <summary>The numbers of the longest plan.</summary>
    /// <param name="count">Numbers that there are.</param>
    /// <returns>Two chunks more at most.</returns>
    public static int MostNumbers(int count) =>
        Padded(count, BitPlan.TwoBitChunk) + BitPlan.TwoBitChunk;

    // An error along an axis counts as much as near rows differ there, and these differ less than all rows do
    // where those differ much: so it is weighted by the root of their variance.
    private static BitPlan Best(double[] weights, int bytes)
    {
        // No more numbers than there are, but for the rest of a chunk.
        var count = weights.Length - 1;
        var (best, least) = (default(BitPlan), double.PositiveInfinity);
        for (var eight = 0; eight <= bytes; eight += BitPlan.EightBitChunk)
        {
            for (var four = 0; eight + (four / 2) <= bytes; four += BitPlan.FourBitChunk)
            {
                var room = (bytes - eight - (four / 2)) * 4 / BitPlan.TwoBitChunk * BitPlan.TwoBitChunk;
                var rest = Padded(Math.Max(0, count - eight - four), BitPlan.TwoBitChunk);
                var plan = new BitPlan(eight, four, Math.Min(room, rest));
                if (plan.Length <= MostNumbers(count) && ErrorOf(plan, weights) < least)
                {
                    (best, least) = (plan, ErrorOf(plan, weights));
                }
            }
        }

        return best;
    }

    // Of the numbers that there are; sums of the first ones.
    private static double ErrorOf(BitPlan plan, double[] sums)
    {
        var count = sums.Length - 1;
        var eight = sums[Math.Min(plan.EightBits, count)];
        var four = sums[Math.Min(plan.EightBits + plan.FourBits, count)];
        var two = sums[Math.Min(plan.Length, count)];
        return (eight * EightBitError) + ((four - eight) * FourBitError) + ((two - four) * TwoBitError)
            + (sums[count] - two);
    }

    private static int Padded(int count, int granularity) => (count + granularity - 1) & -granularity;
}
