using Orleans.Concurrency;

namespace SimilarityCluster.Grains.Abstractions.Shards;

/// <summary>The single writer of one shard; key as <see cref="ShardKey"/> writes it.</summary>
/// <remarks>
/// Activation is not ownership: the store's epoch is. Every method may throw
/// <see cref="ShardUnavailableException"/> and <see cref="Collections.CollectionNotFoundException"/>.
/// Vectors are searched through <see cref="Searching.ISiloSearcherGrain"/>, never through this grain.
/// </remarks>
[Alias("similarity.shard.v1")]
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>Opens the shard if it is not open, and says where it is.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The silo and the epoch.</returns>
    [Alias("locate"), AlwaysInterleave]
    Task<ShardLocation> LocateAsync(CancellationToken cancellationToken);

    /// <summary>Writes a batch.</summary>
    /// <param name="write">The batch.</param>
    /// <param name="cancellationToken">Stops waiting; the batch may be applied all the same.</param>
    /// <returns>The outcome, once durable and searchable.</returns>
    /// <exception cref="SiloOverloadedException">Too many bytes wait to be written.</exception>
    [Alias("write"), AlwaysInterleave]
    Task<ShardWriteResult> WriteAsync(ShardWriteMessage write, CancellationToken cancellationToken);

    /// <summary>Reads records by id, or lists them by id.</summary>
    /// <param name="read">Which records, and what of them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The records that are there: in the order asked for, or ascending by id.</returns>
    [Alias("read"), AlwaysInterleave]
    Task<StoredRecordMessage[]> ReadAsync(ShardReadMessage read, CancellationToken cancellationToken);

    /// <summary>Counts live records.</summary>
    /// <param name="minSequence">Count no earlier state than this log position.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    [Alias("count"), AlwaysInterleave]
    Task<long> CountAsync(long minSequence, CancellationToken cancellationToken);

    /// <summary>Counts the live records that a filter means.</summary>
    /// <param name="filter">An encoded filter message.</param>
    /// <param name="minSequence">Count no earlier state than this log position.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    [Alias("count-matching"), AlwaysInterleave]
    Task<long> CountMatchingAsync(byte[] filter, long minSequence, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the records that a filter means at one point of the log: all of them or none.
    /// </summary>
    /// <param name="operationId">A repeated deletion with the same id answers the first outcome.</param>
    /// <param name="filter">An encoded filter message.</param>
    /// <param name="cancellationToken">Stops waiting; the deletion may be applied all the same.</param>
    /// <returns>The outcome, once durable.</returns>
    /// <exception cref="SiloOverloadedException">Too many bytes wait to be written.</exception>
    [Alias("delete-matching"), AlwaysInterleave]
    Task<ShardWriteResult> DeleteMatchingAsync(
        string operationId, byte[] filter, CancellationToken cancellationToken);

    /// <summary>Closes the shard and removes its objects, after its collection was dropped.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it is done.</returns>
    [Alias("drop"), AlwaysInterleave]
    Task DropAsync(CancellationToken cancellationToken);
}
