namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>Repeated measurements in short.</summary>
/// <param name="Middle">Their median.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal sealed record Spread(double Middle, double Least, double Most);
