using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;

namespace SimilarityCluster.Gateway.Snapshots;

/// <summary>Calls the snapshots of shards, again while a shard moves.</summary>
/// <remarks>Every call is harmless to repeat: a snapshot is known by its name.</remarks>
internal sealed class SnapshotCalls(ClusterGrains grains, RetryPause pause, TimeProvider time)
{
    /// <summary>Calls one shard.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="key">The shard.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer.</returns>
    public async Task<T> CallAsync<T>(
        ShardKey key,
        Func<IShardSnapshotGrain, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken)
    {
        var shard = grains.Snapshots(key);
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(shard, cancellationToken);
            }
            catch (Exception exception) when (Transient.Is(exception))
            {
                if (!await pause.WaitAsync(attempt, started, cancellationToken))
                {
                    throw;
                }
            }
        }
    }
}
