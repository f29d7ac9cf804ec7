using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Storage.Memory;

/// <summary>The memory of a process; bound from <c>Memory</c>.</summary>
public sealed class MemoryOptions
{
    /// <summary>
    /// Bytes that a silo may take; near them it refuses new records, and goes on to search, read and delete.
    /// Mapped segments do not count. Default 0: three quarters of the machine's or container's memory.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long BytesLimit { get; set; }
}
