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

    /// <summary>
    /// What walks compare; hits are always ordered by the vectors. Default null: chosen by the rows, once
    /// there are enough to tell. That is the code of principal components where it takes at most half of the
    /// bytes of eight bits a number, else eight bits a number, or four where <see cref="CodeBytesLimit"/>
    /// wants it.
    /// </summary>
    [EnumDataType(typeof(VectorCode))]
    public VectorCode? Code { get; set; }

    /// <summary>
    /// Bytes that the code of a row may take where <see cref="Code"/> is null; no code takes less than four
    /// bits a number. Default 2,048.
    /// </summary>
    [Range(1, 65_536)]
    public int CodeBytesLimit { get; set; } = 2_048;
}
