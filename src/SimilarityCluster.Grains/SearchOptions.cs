#pragma warning disable MA0048 // The generated validators have no text of their own.
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using SimilarityCluster.Storage;
using SimilarityCluster.Storage.Memory;

namespace SimilarityCluster.Grains;

/// <summary>How many searches run at a time on one silo; bound from <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>Threads that search, 0 to 1,024; 0, the default, for one a core.</summary>
    [Range(0, 1_024)]
    public int Threads { get; set; }

    /// <summary>
    /// Queries that may wait for a thread, 1 to 1,000,000, default 4,096; each query of a batch counts. A
    /// batch that is larger is admitted when nothing else waits.
    /// </summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 4_096;
}

/// <summary>Checks the annotations of <see cref="SearchOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class SearchOptionsValidator : IValidateOptions<SearchOptions>;

/// <summary>Checks the annotations of <see cref="ShardStoreOptions"/>; its layer has no container.</summary>
[OptionsValidator]
internal sealed partial class ShardStoreOptionsValidator : IValidateOptions<ShardStoreOptions>;

/// <summary>Checks the annotations of <see cref="MemoryOptions"/>; its layer has no container.</summary>
[OptionsValidator]
internal sealed partial class MemoryOptionsValidator : IValidateOptions<MemoryOptions>;
