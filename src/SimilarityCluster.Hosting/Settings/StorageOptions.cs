using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using SimilarityCluster.Storage.S3;

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

    /// <summary>A bucket that holds the data in place of the directory, where one is named.</summary>
    [ValidateObjectMembers]
    public S3StoreOptions S3 { get; set; } = new();
}
