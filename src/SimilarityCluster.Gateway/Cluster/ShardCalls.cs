using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>Calls shard grains, again while a shard moves.</summary>
/// <remarks>Safe for writes too: their operation id makes a repetition harmless.</remarks>
internal sealed class ShardCalls(ClusterGrains grains, RetryPause pause, TimeProvider time)
{
    /// <summary>Writes a batch.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="write">The batch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The outcome.</returns>
    public Task<ShardWriteResult> WriteAsync(
        ShardKey key, ShardWriteMessage write, CancellationToken cancellationToken) =>
        CallAsync(
            key, write, static (shard, message, stop) => shard.WriteAsync(message, stop), cancellationToken);

    /// <summary>Reads or lists records.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="read">Which records.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The records that are there.</returns>
    public Task<StoredRecordMessage[]> ReadAsync(
        ShardKey key, ShardReadMessage read, CancellationToken cancellationToken) =>
        CallAsync(
            key, read, static (shard, message, stop) => shard.ReadAsync(message, stop), cancellationToken);

    /// <summary>Counts live records.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="minSequence">Count no earlier state than this.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    public Task<long> CountAsync(ShardKey key, long minSequence, CancellationToken cancellationToken) =>
        CallAsync(
            key, minSequence, static (shard, sequence, stop) => shard.CountAsync(sequence, stop),
            cancellationToken);

    /// <summary>Counts the live records that a filter means.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="filter">The encoded filter.</param>
    /// <param name="minSequence">Count no earlier state than this.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    public Task<long> CountMatchingAsync(
        ShardKey key, byte[] filter, long minSequence, CancellationToken cancellationToken) =>
        CallAsync(
            key,
            (Filter: filter, MinSequence: minSequence),
            static (shard, count, stop) => shard.CountMatchingAsync(count.Filter, count.MinSequence, stop),
            cancellationToken);

    /// <summary>Deletes the records that a filter means.</summary>
    /// <param name="key">The shard.</param>
    /// <param name="operationId">Makes a repetition harmless.</param>
    /// <param name="filter">The encoded filter.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The outcome.</returns>
    public Task<ShardWriteResult> DeleteMatchingAsync(
        ShardKey key, string operationId, byte[] filter, CancellationToken cancellationToken) =>
        CallAsync(
            key,
            (OperationId: operationId, Filter: filter),
            static (shard, delete, stop) =>
                shard.DeleteMatchingAsync(delete.OperationId, delete.Filter, stop),
            cancellationToken);

    private async Task<TResult> CallAsync<TMessage, TResult>(
        ShardKey key,
        TMessage message,
        Func<IShardGrain, TMessage, CancellationToken, Task<TResult>> call,
        CancellationToken cancellationToken)
    {
        var shard = grains.Shard(key);
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(shard, message, cancellationToken);
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
