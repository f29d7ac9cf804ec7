#pragma warning disable CA1008 // The wire's zero means unspecified and never gets this far.
namespace SimilarityCluster.Index;

/// <summary>
/// How the distance of two vectors is computed; smaller is nearer. Numbers are those of the wire.
/// </summary>
public enum Metric
{
    /// <summary>1 − a·b of unit vectors, range 0 to 2. Rows and queries must have length 1.</summary>
    Cosine = 1,

    /// <summary>−a·b, any range.</summary>
    Dot = 2,

    /// <summary>|a − b|, range 0 and up.</summary>
    Euclidean = 3,
}
