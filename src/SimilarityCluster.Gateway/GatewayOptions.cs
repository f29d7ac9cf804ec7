using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SimilarityCluster.Gateway;

/// <summary>
/// Limits, defaults and timings of the gateway; bound from <c>Gateway</c> and checked once, at start-up.
/// </summary>
/// <remarks>
/// A batch counts with all its items. What goes beyond a limit is refused at once, nothing waits.
/// </remarks>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway";

    /// <summary>Most queries in flight, 1 to 1,000,000. Default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueriesInFlight { get; set; } = 4_096;

    /// <summary>Most records being read by id or listed, 1 to 1,000,000. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxReadsInFlight { get; set; } = 16_384;

    /// <summary>Most records being written or deleted, 1 to 1,000,000. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxWritesInFlight { get; set; } = 16_384;

    /// <summary>
    /// Most bytes of write requests in flight; at least one largest message of 32 MiB. Default 256 MiB.
    /// </summary>
    [Range(33_554_432, int.MaxValue)]
    public int MaxWriteBytesInFlight { get; set; } = 268_435_456;

    /// <summary>Most raw inputs being embedded, 1 to 1,000,000. Default 2,048.</summary>
    [Range(1, 1_000_000)]
    public int MaxEmbedsInFlight { get; set; } = 2_048;

    /// <summary>Requests of one stream that are worked on at a time, 1 to 1,024. Default 64.</summary>
    [Range(1, 1_024)]
    public int StreamWindow { get; set; } = 64;

    /// <summary>Shards of a collection that does not say, 1 to 256. Default 1.</summary>
    [Range(1, 256)]
    public int DefaultShardCount { get; set; } = 1;

    /// <summary>Search breadth of a collection that does not say, in rows, 1 to 10,000. Default 64.</summary>
    [Range(1, 10_000)]
    public int DefaultSearchBreadth { get; set; } = 64;

    /// <summary>How long a collection's settings are taken from memory, up to 1 min. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan CollectionCacheTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a shard that moves or is unreachable is looked for, up to 1 min. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan RelocationTime { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
