using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index;

/// <summary>
/// How a graph is built. More links and more breadth: better recall, slower building, more memory.
/// </summary>
/// <remarks>
/// Source: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search", 2018.
/// </remarks>
public sealed class HnswOptions
{
    internal const int LeastConnectivity = 2;
    internal const int MostConnectivity = 128;

    /// <summary>
    /// Links of a row on each upper level; on the lowest one short of twice (paper: M). Default 16.
    /// </summary>
    [Range(LeastConnectivity, MostConnectivity)]
    public int Connectivity { get; set; } = 16;

    /// <summary>
    /// Rows kept while the neighbours of a new row are looked for (paper: efConstruction), and a third of it
    /// when those of an old one are, which has lost many. Default 200.
    /// </summary>
    [Range(1, 10_000)]
    public int BuildBreadth { get; set; } = 200;

    /// <summary>
    /// Decides the level of each row; the same rows and seed make the same graph. Default 1.
    /// </summary>
    public long Seed { get; set; } = 1;

    /// <summary>What walks compare; hits are always ordered by the vectors. Default eight bits.</summary>
    [EnumDataType(typeof(VectorCode))]
    public VectorCode Code { get; set; } = VectorCode.EightBit;
}
