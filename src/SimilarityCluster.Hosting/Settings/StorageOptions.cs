using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>Where durable data is; bound from <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>The data directory; made if need be. Default <c>./data</c>.</summary>
    [Required]
    public string Directory { get; set; } = "./data";

    /// <summary>
    /// Whether several silos use the directory at the same time, over a shared volume; otherwise one process
    /// holds it. Default false.
    /// </summary>
    public bool Shared { get; set; }
}
