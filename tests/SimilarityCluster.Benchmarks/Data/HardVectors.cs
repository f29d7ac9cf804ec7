using System.Numerics;

namespace SimilarityCluster.Benchmarks.Data;

/// <summary>
/// Unit vectors that are hard to search: many clusters, each around a subspace of its own with noise.
/// </summary>
internal static class HardVectors
{
    private const int Dimension = 128;
    private const int Subspace = 48;
    private const int ClusterCount = 1_000;
    private const double CentreDeviation = 0.5;
    private const double NoiseDeviation = 0.05;
    private const int QueryCount = 2_000;
    private const ulong Seed = 20_250_622;

    /// <summary>Makes a set; the rows of a smaller one begin a larger one.</summary>
    /// <param name="name">For the report.</param>
    /// <param name="rowCount">Rows; queries are 2,000 more of the same kind.</param>
    /// <param name="sha256">What <see cref="VectorSet.Fingerprint"/> must be.</param>
    /// <returns>The set.</returns>
    /// <exception cref="InvalidDataException">It came out with another fingerprint.</exception>
    public static VectorSet Make(string name, int rowCount, string sha256)
    {
        var set = Make(name, rowCount);
        var given = set.Fingerprint();
        return string.Equals(given, sha256, StringComparison.Ordinal)
            ? set
            : throw new InvalidDataException($"{name}: SHA-256 is {given}, expected {sha256}.");
    }

    /// <summary>Makes a set of any size.</summary>
    /// <param name="name">For the report.</param>
    /// <param name="rowCount">Rows; queries are 2,000 more of the same kind.</param>
    /// <returns>The set.</returns>
    public static VectorSet Make(string name, int rowCount)
    {
        var random = new NormalRandom(Seed);
        var centres = Normals(random, ClusterCount * Dimension, CentreDeviation);
        var bases = Normals(random, ClusterCount * Subspace * Dimension, 1 / Math.Sqrt(Subspace));
        var rows = Draw(random, centres, bases, rowCount);
        return new VectorSet(name, Dimension, rows, Draw(random, centres, bases, QueryCount));
    }

    private static float[] Draw(NormalRandom random, float[] centres, float[] bases, int count)
    {
        var vectors = new float[count * Dimension];
        for (var number = 0; number < count; number++)
        {
            var vector = vectors.AsSpan(number * Dimension, Dimension);
            var cluster = random.Below(ClusterCount);
            centres.AsSpan(cluster * Dimension, Dimension).CopyTo(vector);
            for (var axis = 0; axis < Subspace; axis++)
            {
                var start = ((cluster * Subspace) + axis) * Dimension;
                Add(vector, bases.AsSpan(start, Dimension), (float)random.Normal());
            }

            var square = 0.0;
            foreach (ref var value in vector)
            {
                value += (float)(random.Normal() * NoiseDeviation);
                square += (double)value * value;
            }

            var length = Math.Sqrt(square);
            foreach (ref var value in vector)
            {
                value = (float)(value / length);
            }
        }

        return vectors;
    }

    // Multiplied, rounded, added, rounded: the same in every width.
    private static void Add(Span<float> sum, ReadOnlySpan<float> axis, float coefficient)
    {
        for (var start = 0; start < sum.Length; start += Vector<float>.Count)
        {
            var product = new Vector<float>(axis[start..]) * coefficient;
            (new Vector<float>(sum[start..]) + product).CopyTo(sum[start..]);
        }
    }

    private static float[] Normals(NormalRandom random, int count, double deviation)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)(random.Normal() * deviation);
        }

        return values;
    }
}
