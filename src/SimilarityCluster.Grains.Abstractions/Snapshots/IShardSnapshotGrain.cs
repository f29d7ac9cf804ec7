using Orleans.Concurrency;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Abstractions.Snapshots;

/// <summary>
/// The snapshots of one shard; the same activation as <see cref="IShardGrain"/> of that key.
/// </summary>
/// <remarks>
/// Every method may throw <see cref="ShardUnavailableException"/> and
/// <see cref="Collections.CollectionNotFoundException"/>.
/// </remarks>
[Alias("similarity.shard-snapshots.v1")]
public interface IShardSnapshotGrain : IGrainWithStringKey
{
    /// <summary>Takes a snapshot, or finds the one of that name.</summary>
    /// <param name="name">1 to 64 characters [A-Za-z0-9._-].</param>
    /// <param name="cancellationToken">Stops waiting; it may be taken all the same.</param>
    /// <returns>The snapshot, once durable.</returns>
    /// <exception cref="SnapshotLimitException">The shard keeps as many as it may.</exception>
    [Alias("take"), AlwaysInterleave]
    Task<ShardSnapshotMessage> TakeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Drops a snapshot.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting; it may be dropped all the same.</param>
    /// <returns>Whether there was one of that name.</returns>
    [Alias("drop"), AlwaysInterleave]
    Task<bool> DropAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the snapshots of the shard.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>In the order in which they were taken.</returns>
    [Alias("list"), AlwaysInterleave]
    Task<ShardSnapshotMessage[]> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads a page of the records of a snapshot.</summary>
    /// <param name="read">Which.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The page.</returns>
    /// <exception cref="SnapshotNotFoundException">There is none of that name.</exception>
    /// <exception cref="ShardDamagedException">Stored data is damaged.</exception>
    [Alias("read"), AlwaysInterleave]
    Task<SnapshotPage> ReadAsync(SnapshotReadMessage read, CancellationToken cancellationToken);
}
