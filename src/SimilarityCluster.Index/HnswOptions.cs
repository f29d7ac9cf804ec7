using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Index;

/// <summary>
/// How a graph is built. More links and more breadth: better recall, slower building, more memory.
/// </summary>
/// <remarks>
/// Source: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search", 2018.
/// </remarks>
public sealed class HnswOptions
{
    /// <summary>
    /// Links of a row on each upper level, and half of those on the lowest (paper: M). Default 16.
    /// </summary>
    [Range(2, 128)]
    public int Connectivity { get; set; } = 16;

    /// <summary>
    /// Rows kept while the neighbours of a new row are looked for (paper: efConstruction). Default 200.
    /// </summary>
    [Range(1, 10_000)]
    public int BuildBreadth { get; set; } = 200;

    /// <summary>
    /// Decides the level of each row; the same rows and seed make the same graph. Default 1.
    /// </summary>
    public long Seed { get; set; } = 1;
}
