#pragma warning disable CA1720 // Float32 is what the field calls it.
namespace SimilarityCluster.Index.Codes;

/// <summary>What a walk compares of a row. Shorter is faster and errs more.</summary>
/// <remarks>
/// Hits are found among the best of a walk by their vectors, so that a code costs recall only where it errs
/// so much that a near row does not get that far.
/// </remarks>
public enum VectorCode
{
    /// <summary>The vector itself: 4 bytes a number, no error.</summary>
    Float32,

    /// <summary>A byte a number: errs by hundredths of a percent of the distance. The safe choice.</summary>
    EightBit,

    /// <summary>
    /// Half a byte a number: errs by about a percent, so the last thousandth of recall takes more breadth.
    /// </summary>
    FourBit,

    /// <summary>
    /// About 112 bytes a row, whatever the dimension: the leading principal components in eight, four and two
    /// bits. The fastest and the smallest where rows vary in far fewer directions than they have numbers, as
    /// pictures and embeddings do; elsewhere it takes more bytes, up to those of eight bits.
    /// </summary>
    Principal,
}
