namespace SimilarityCluster.Models.Onnx;

/// <summary>The element types of ONNX tensors that the project uses.</summary>
internal static class TensorElements
{
    /// <summary>32-bit floating point.</summary>
    public const int Float = 1;

    /// <summary>64-bit integers.</summary>
    public const int Int64 = 7;
}
