using System.Globalization;

namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>Repeated measurements in short.</summary>
/// <param name="Middle">Their median.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal sealed record Spread(double Middle, double Least, double Most)
{
    /// <summary>Shortens measurements.</summary>
    /// <param name="values">At least one.</param>
    /// <returns>Their median with the extremes.</returns>
    public static Spread Of(IReadOnlyCollection<double> values) =>
        new(Median.Of(values), values.Min(), values.Max());

    /// <summary>A number as tables have it.</summary>
    /// <param name="value">The number.</param>
    /// <returns>Two decimals below 100, none above.</returns>
    public static string Number(double value) =>
        value.ToString(value < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => $"{Number(Middle)} ({Number(Least)}-{Number(Most)})";
}
