namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>An index at one moment of its life.</summary>
/// <param name="Recall">0 to 1, over all queries.</param>
/// <param name="QueriesPerSecond">The middle of several passes.</param>
/// <param name="BytesPerRow">Of everything that searches need, by live row.</param>
internal readonly record struct IndexState(double Recall, double QueriesPerSecond, double BytesPerRow);
