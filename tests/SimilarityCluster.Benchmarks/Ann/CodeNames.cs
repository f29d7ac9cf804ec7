using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>How bars call codes.</summary>
internal static class CodeNames
{
    /// <summary>All codes, by name.</summary>
    public static readonly IReadOnlyDictionary<string, VectorCode> All =
        new Dictionary<string, VectorCode>(StringComparer.Ordinal)
        {
            ["eightbit"] = VectorCode.EightBit,
            ["fourbit"] = VectorCode.FourBit,
            ["principal"] = VectorCode.Principal,
            ["float32"] = VectorCode.Float32,
        };

    /// <summary>The name of a code.</summary>
    /// <param name="code">The code.</param>
    /// <returns>Its name.</returns>
    public static string Of(VectorCode code) => All.Single(named => named.Value == code).Key;
}
