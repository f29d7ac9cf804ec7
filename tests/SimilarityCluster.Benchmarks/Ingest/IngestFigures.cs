using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>What filling a server took.</summary>
/// <param name="Written">Until the last write was acknowledged.</param>
/// <param name="Whole">Until sealing, graph building and merging were over, too.</param>
/// <param name="TotalBytes">Of the data directory then.</param>
/// <param name="LogBytes">Of the log then.</param>
/// <param name="SegmentBytes">Of each segment then.</param>
/// <param name="Memory">Of the server then.</param>
/// <param name="Recall">Of searches then, at the default breadth.</param>
internal sealed record IngestFigures(
    Cost Written,
    Cost Whole,
    long TotalBytes,
    long LogBytes,
    IReadOnlyList<long> SegmentBytes,
    ServerMemory Memory,
    double Recall);
