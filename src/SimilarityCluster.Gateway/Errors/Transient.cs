using Orleans.Runtime.Messaging;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>Tells failures that another try elsewhere may mend.</summary>
internal static class Transient
{
    /// <summary>Whether the silo or the shard, not the request, is at fault.</summary>
    /// <param name="exception">What a grain call threw.</param>
    /// <returns>True when the shard should be located again.</returns>
    public static bool Is(Exception exception) =>
        exception is ShardUnavailableException or OrleansMessageRejectionException or SiloUnavailableException
            or ConnectionFailedException or TimeoutException;
}
