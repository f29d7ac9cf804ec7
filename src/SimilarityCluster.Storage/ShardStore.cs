using SimilarityCluster.Index;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage;

/// <summary>One shard made durable and searchable: log, manifest, records, graph. Every member is thread-safe.</summary>
/// <remarks>
/// Opening claims ownership: the next manifest with epoch + 1, then a fence record in the next log slot, then a replay
/// of everything before it. An owner that finds its next slot taken steps down, see <see cref="Stopped"/>.
/// A row's id, vector and metadata never change and row numbers are never used again while the store is open.
/// </remarks>
public sealed class ShardStore : IAsyncDisposable
{
    /// <summary>Claims a shard and replays its log flat; the graph catches up behind.</summary>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the shard's keys begin with, ending in '/'.</param>
    /// <param name="schema">Metric and dimension; must be those of the stored shard, if there is one.</param>
    /// <param name="options">Limits and timings.</param>
    /// <param name="builder">Runs the graph's insertions.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The open shard.</returns>
    /// <exception cref="InvalidDataException">Stored data is damaged; the message names the key.</exception>
    public static Task<ShardStore> OpenAsync(
        IObjectStore objects,
        string prefix,
        ShardSchema schema,
        ShardStoreOptions options,
        TaskScheduler builder,
        TimeProvider time,
        CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes every object of a dropped shard, also one that is damaged.</summary>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the shard's keys begin with, ending in '/'.</param>
    /// <param name="cancellationToken">Stops the removal.</param>
    /// <returns>When they are gone.</returns>
    public static Task RemoveAsync(IObjectStore objects, string prefix, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The owner's number; grows with every owner.</summary>
    public long Epoch => throw new NotImplementedException();

    /// <summary>The log position that is durable and searchable: the number of writes so far.</summary>
    public long Sequence => throw new NotImplementedException();

    /// <summary>Live records.</summary>
    public long Count => throw new NotImplementedException();

    /// <summary>Completes when the shard no longer accepts writes: deposed, store failed, or disposed. Never faults.</summary>
    public Task<ShardStopReason> Stopped => throw new NotImplementedException();

    /// <summary>Writes a batch whole; group commit joins what arrives while a put is in flight.</summary>
    /// <param name="write">The batch.</param>
    /// <param name="cancellationToken">Stops waiting; the batch may be applied all the same.</param>
    /// <returns>The outcome, once durable and searchable; the first one when the operation id is repeated.</returns>
    /// <exception cref="ArgumentException">A vector has another dimension, or an id stands twice.</exception>
    /// <exception cref="ShardStoppedException">The shard accepts no writes any more; whether this one was applied is unknown.</exception>
    /// <exception cref="ShardBacklogException">More bytes wait to be written than allowed; nothing was applied.</exception>
    public Task<ShardWriteOutcome> WriteAsync(ShardWrite write, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Waits until a log position is searchable.</summary>
    /// <param name="sequence">The position.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it is reached.</returns>
    /// <exception cref="ShardStoppedException">The shard stopped before it was reached.</exception>
    public Task WaitForAsync(long sequence, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Finds the nearest live records: the graph and, exactly, the rows that it does not have yet.</summary>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="query">Shape [dimension]; of length 1 under the cosine metric.</param>
    /// <param name="exact">Compare every live row.</param>
    /// <param name="breadth">Rows kept while walking.</param>
    /// <param name="hits">Receives the hits, ascending by distance, then by the bytes of the id; its length is the limit.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException"><paramref name="query"/> has another dimension.</exception>
    public SearchOutcome Search<TStop>(
        ReadOnlySpan<float> query, bool exact, int breadth, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition => throw new NotImplementedException();

    /// <summary>Finds the live row of an id.</summary>
    /// <param name="id">UTF-8.</param>
    /// <param name="row">The row.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ReadOnlySpan<byte> id, out int row) => throw new NotImplementedException();

    /// <summary>Lists live rows by id.</summary>
    /// <param name="after">The listing starts behind this id; empty for the beginning.</param>
    /// <param name="limit">Most rows to give back.</param>
    /// <returns>Ascending by the bytes of the id.</returns>
    public IReadOnlyList<int> List(ReadOnlySpan<byte> after, int limit) => throw new NotImplementedException();

    /// <summary>The id of a row.</summary>
    /// <param name="row">From a hit, a look-up or a listing.</param>
    /// <returns>UTF-8.</returns>
    public ReadOnlyMemory<byte> IdOf(int row) => throw new NotImplementedException();

    /// <summary>The metadata of a row, as it was written.</summary>
    /// <param name="row">From a hit, a look-up or a listing.</param>
    /// <returns>Opaque bytes.</returns>
    public ReadOnlyMemory<byte> MetadataOf(int row) => throw new NotImplementedException();

    /// <summary>The vector of a row.</summary>
    /// <param name="row">From a hit, a look-up or a listing.</param>
    /// <returns>Shape [dimension].</returns>
    public ReadOnlySpan<float> VectorOf(int row) => throw new NotImplementedException();

    /// <summary>Waits until the graph has every row that was there at the call; for tests and benchmarks.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it has.</returns>
    public Task WhenIndexedAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Finishes the writes in flight and lets go of the shard; searches may still run and finish.</summary>
    /// <returns>When done.</returns>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
