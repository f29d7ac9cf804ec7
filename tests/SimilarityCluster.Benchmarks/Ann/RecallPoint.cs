namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>An index at one search breadth.</summary>
/// <param name="Breadth">The breadth.</param>
/// <param name="Recall">0 to 1, over all queries.</param>
/// <param name="QueriesPerSecond">Of one pass; a figure of the report is the median of several.</param>
/// <param name="QueriesPerCpuSecond">Likewise, by the thread's processor time.</param>
internal readonly record struct RecallPoint(
    int Breadth, double Recall, double QueriesPerSecond, double QueriesPerCpuSecond);
