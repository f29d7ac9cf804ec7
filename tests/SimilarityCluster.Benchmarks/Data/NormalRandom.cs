namespace SimilarityCluster.Benchmarks.Data;

/// <summary>
/// Random numbers that are bit for bit the same on every machine: only operations that IEEE 754 rounds
/// exactly, so no mathematical library takes part.
/// </summary>
/// <remarks>
/// Sources: SplitMix64 (Steele, Lea and Flood 2014); the polar method (Marsaglia and Bray 1964).
/// </remarks>
/// <param name="seed">Decides the sequence.</param>
internal sealed class NormalRandom(ulong seed)
{
    private ulong _state = seed;
    private double? _spare;

    /// <summary>Draws a whole number.</summary>
    /// <param name="end">1 and up.</param>
    /// <returns>0 to <paramref name="end"/> - 1, uniformly but for 2^-32.</returns>
    public int Below(int end) => (int)(((Next() >> 32) * (ulong)end) >> 32);

    /// <summary>Draws from the normal distribution of mean 0 and deviation 1.</summary>
    /// <returns>The number.</returns>
    public double Normal()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        double left, right, square;
        do
        {
            (left, right) = ((2 * Uniform()) - 1, (2 * Uniform()) - 1);
            square = (left * left) + (right * right);
        }
        while (square is >= 1 or 0);
        var factor = Math.Sqrt(-2 * Logarithm(square) / square);
        _spare = right * factor;
        return left * factor;
    }

    // ln x = e ln 2 + 2 artanh((m - 1) / (m + 1)) for x = m 2^e with m in [1, 2); 17 terms leave 1e-17.
    private static double Logarithm(double value)
    {
        const int LastPower = 33;
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0xfffffffffffff) | (1023L << 52));
        var ratio = (mantissa - 1) / (mantissa + 1);
        var sum = 0.0;
        for (var power = LastPower; power > 0; power -= 2)
        {
            sum = (sum * ratio * ratio) + (1.0 / power);
        }

        return (exponent * 0.69314718055994530942) + (2 * ratio * sum);
    }

    private double Uniform() => (Next() >> 11) * (1.0 / (1L << 53));

    private ulong Next()
    {
        var mixed = _state += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
