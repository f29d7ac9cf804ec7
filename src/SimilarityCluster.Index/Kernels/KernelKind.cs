namespace SimilarityCluster.Index.Kernels;

/// <summary>The instruction sets that distances are written for.</summary>
internal enum KernelKind
{
    /// <summary>One number at a time.</summary>
    Scalar,

    /// <summary>Four numbers at a time.</summary>
    Vector128,

    /// <summary>Eight numbers at a time.</summary>
    Vector256,

    /// <summary>Sixteen numbers at a time.</summary>
    Vector512,
}
