namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>What single durable writes took.</summary>
/// <param name="Callers">Callers at a time.</param>
/// <param name="HalfMilliseconds">Latency that half of the writes did not exceed.</param>
/// <param name="MostMilliseconds">Latency that 99 % of the writes did not exceed.</param>
/// <param name="WritesPerSecond">All callers together.</param>
/// <param name="ServerMicroseconds">CPU time of the server for a write, until all was indexed.</param>
internal sealed record WriteFigures(
    int Callers,
    double HalfMilliseconds,
    double MostMilliseconds,
    double WritesPerSecond,
    double ServerMicroseconds);
