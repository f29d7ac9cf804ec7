namespace SimilarityCluster.Cli.Demo.Drawing;

/// <summary>
/// Numbers that look random and are the same for a seed on every machine and runtime. Not thread-safe.
/// </summary>
/// <param name="seed">Any number; near seeds give unrelated sequences.</param>
/// <remarks>
/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), figure 13.
/// </remarks>
internal sealed class SeededNumbers(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    /// <returns>Any number.</returns>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var bits = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>The next number of a range.</summary>
    /// <param name="from">Smallest.</param>
    /// <param name="to">Largest, not reached.</param>
    /// <returns>Evenly spread.</returns>
    public float Next(float from, float to) => from + ((to - from) * ((NextBits() >> 40) / (float)(1 << 24)));

    /// <summary>The next whole number below a bound.</summary>
    /// <param name="count">The bound, 1 or more.</param>
    /// <returns>0 to count - 1; the bias of the remainder is beyond notice for small bounds.</returns>
    public int Next(int count) => (int)(NextBits() % (ulong)count);

    /// <summary>Puts a list in another order (Fisher and Yates).</summary>
    /// <typeparam name="T">What is in it.</typeparam>
    /// <param name="items">The list.</param>
    public void Shuffle<T>(IList<T> items)
    {
        for (var last = items.Count - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
