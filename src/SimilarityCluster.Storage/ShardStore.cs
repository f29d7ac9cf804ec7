using SimilarityCluster.Index;
using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Snapshots;
using SimilarityCluster.Storage.Upkeep;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage;

/// <summary>
/// One shard made durable and searchable: log, manifest, segments. Every member is thread-safe.
/// </summary>
/// <remarks>
/// Opening claims ownership: the next manifest with epoch + 1, then a fence record in the next log slot, then
/// a replay of everything before it. An owner that finds its next slot or manifest taken steps down, see
/// <see cref="Stopped"/>. When the log is long enough, what it says becomes a segment, behind the writes;
/// segments are merged as they become many.
/// </remarks>
public sealed class ShardStore : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ShardRows _rows;
    private readonly ShardLifetime _lifetime;
    private readonly GroupCommit _commits;
    private readonly ShardGrowth _growth;
    private readonly ShardUpkeep _upkeep;
    private readonly MemoryBudget _memory;
    private readonly IDisposable _flushing;
    private readonly ShardSearcher _searcher;
    private readonly ShardSnapshots _snapshots;

    internal ShardStore(
        long epoch,
        TimeProvider time,
        ShardRows rows,
        ShardLifetime lifetime,
        GroupCommit commits,
        ShardGrowth growth,
        ShardUpkeep upkeep,
        MemoryBudget memory)
    {
        Epoch = epoch;
        _time = time;
        _rows = rows;
        _lifetime = lifetime;
        _commits = commits;
        _growth = growth;
        _upkeep = upkeep;
        _memory = memory;
        _flushing = memory.Register(commits.Nudge);
        _searcher = new ShardSearcher(rows);
        _snapshots = new ShardSnapshots(upkeep, lifetime, time);
    }

    /// <summary>
    /// Claims a shard, opens its segments and replays the rest of its log flat; the graph catches up behind.
    /// </summary>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the shard's keys begin with, ending in '/'.</param>
    /// <param name="schema">Metric and dimension; must be those of the stored shard, if there is one.</param>
    /// <param name="options">Limits and timings.</param>
    /// <param name="builder">
    /// Builds graphs: as many threads at a time as it says to run, but no more than there are cores.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="upkeepFailures">Told why sealing or merging has to be tried again.</param>
    /// <param name="memory">What the shard may take, together with others.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The open shard.</returns>
    /// <exception cref="InvalidDataException">Stored data is damaged; the message names the key.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="schema"/> is not that of the stored shard.
    /// </exception>
    /// <exception cref="ShardStoppedException">Another owner claimed the shard meanwhile.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public static Task<ShardStore> OpenAsync(
        IObjectStore objects,
        string prefix,
        ShardSchema schema,
        ShardStoreOptions options,
        TaskScheduler builder,
        TimeProvider time,
        IProgress<Exception> upkeepFailures,
        MemoryBudget memory,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(upkeepFailures);
        ArgumentNullException.ThrowIfNull(memory);
        CheckPrefix(prefix);
        var opening = new ShardOpening(
            objects, prefix, schema, options, builder, time, upkeepFailures, memory);

        // A replay computes for long; the caller may be on a scheduler that others wait for.
        return Task.Run(() => opening.OpenAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Removes every object of a dropped shard, also one that is damaged.</summary>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the shard's keys begin with, ending in '/'.</param>
    /// <param name="cancellationToken">Stops the removal.</param>
    /// <returns>When they are gone.</returns>
    /// <exception cref="IOException">
    /// The store failed; what is left can be removed by another call.
    /// </exception>
    public static async Task RemoveAsync(
        IObjectStore objects, string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        CheckPrefix(prefix);

        // Manifests go last: a removal that was cut short leaves a shard that still knows what it was.
        var keys = await objects.ListAsync(prefix, cancellationToken).ConfigureAwait(false);
        var manifests = new ShardFolders(prefix).Manifests;
        foreach (var key in keys.OrderBy(key => key.StartsWith(manifests, StringComparison.Ordinal)))
        {
            await objects.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The owner's number; grows with every owner.</summary>
    public long Epoch { get; }

    /// <summary>The log position that is durable and searchable: the number of writes so far.</summary>
    public long Sequence => _lifetime.Sequence.Value;

    /// <summary>Live records.</summary>
    public long Count => _rows.LiveCount;

    /// <summary>
    /// Completes when the shard no longer accepts writes: deposed, store failed, or disposed. Never faults.
    /// </summary>
    public Task<ShardStopReason> Stopped => _lifetime.Stopped;

    /// <summary>Writes a batch whole; group commit joins what arrives while a put is in flight.</summary>
    /// <param name="write">The batch.</param>
    /// <param name="cancellationToken">Stops waiting; the batch may be applied all the same.</param>
    /// <returns>
    /// The outcome, once durable and searchable; the first one when the operation id is repeated.
    /// </returns>
    /// <exception cref="ArgumentException">A vector has another dimension, or an id stands twice.</exception>
    /// <exception cref="ShardStoppedException">
    /// The shard accepts no writes any more; whether this one was applied is unknown.
    /// </exception>
    /// <exception cref="ShardBacklogException">
    /// More bytes wait to be written than allowed; nothing was applied.
    /// </exception>
    /// <exception cref="ShardConditionException">
    /// A condition does not hold in the state that the batch meets; nothing was applied.
    /// </exception>
    /// <exception cref="ShardMemoryException">
    /// There is no memory for records; nothing was applied. Deletes are never refused so.
    /// </exception>
    public async Task<ShardWriteOutcome> WriteAsync(ShardWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        WriteCheck.Check(write, _rows.Dimension);
        var operation = WriteRecord.OperationOf(write.OperationId);
        if (_commits.TryFind(operation, out var known))
        {
            return await known.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (write.Upserts.Count > 0)
        {
            _memory.ThrowIfFull();
        }

        // Laid out before the first wait: the caller may use its buffers again when it gives up waiting.
        var record = WriteRecord.Encode(write, operation, _time.GetUtcNow().ToUnixTimeMilliseconds());
        var pending = write.Conditions.Count == 0
            ? new PendingWrite(operation, record)
            : Conditional(operation, record, write.Conditions);
        return await _commits.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the records that a filter means, all of them or none.</summary>
    /// <param name="operationId">
    /// A repeated deletion with the same id within 10 minutes answers the first outcome.
    /// </param>
    /// <param name="filter">The filter. It meets the state in which the deletion is applied.</param>
    /// <param name="cancellationToken">Stops waiting; the deletion may be applied all the same.</param>
    /// <returns>The outcome, once durable.</returns>
    /// <exception cref="ArgumentException">
    /// There is no operation id, or the ids are too many bytes.
    /// </exception>
    /// <exception cref="InvalidDataException">What would tell is damaged; nothing was deleted.</exception>
    /// <exception cref="ShardStoppedException">
    /// The shard accepts no writes any more; whether this one was applied is unknown.
    /// </exception>
    /// <exception cref="ShardBacklogException">
    /// More bytes wait to be written than allowed; nothing was applied.
    /// </exception>
    public async Task<ShardWriteOutcome> DeleteAsync(
        string operationId, RecordFilter filter, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationId);
        ArgumentNullException.ThrowIfNull(filter);
        var operation = WriteRecord.OperationOf(operationId);
        if (_commits.TryFind(operation, out var known))
        {
            return await known.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        // The log tells ids, not the filter: a replay depends on nothing but the log.
        var time = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var pending = new PendingWrite(operation, filter.Encoded.Length, () =>
        {
            var meant = _rows.List(ReadOnlyMemory<byte>.Empty, int.MaxValue, filter);
            var ids = meant.ConvertAll(record => (ReadOnlyMemory<byte>)record.Id.ToArray());
            return WriteRecord.Encode(new ShardWrite(operationId, [], ids), operation, time);
        });
        return await _commits.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until a log position is searchable.</summary>
    /// <param name="sequence">The position.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it is reached.</returns>
    /// <exception cref="ShardStoppedException">The shard stopped before it was reached.</exception>
    public async Task WaitForAsync(long sequence, CancellationToken cancellationToken)
    {
        if (!await _lifetime.Sequence.WaitForAsync(sequence, cancellationToken).ConfigureAwait(false))
        {
            throw _lifetime.Refusal();
        }
    }

    /// <summary>
    /// Finds the nearest live records: by the graphs and, exactly, among the rows that no graph has yet.
    /// </summary>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="query">
    /// What is searched for; without a filter of its own. Its breadth is not looked at.
    /// </param>
    /// <param name="effort">How hard.</param>
    /// <param name="filter">Only records that it means are found; null for all.</param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by the bytes of the id; its length is the limit.
    /// </param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException"><paramref name="query"/> has another dimension.</exception>
    /// <exception cref="InvalidDataException">
    /// A hit, or what the filter looks at, is damaged; the message names the object.
    /// </exception>
    public ShardSearchOutcome Search<TStop>(
        scoped in VectorQuery query,
        SearchEffort effort,
        RecordFilter? filter,
        Span<ShardHit> hits,
        ref TStop stop)
        where TStop : struct, IStopCondition => _searcher.Search(query, effort, filter, hits, ref stop);

    /// <summary>Finds the live record of an id.</summary>
    /// <param name="id">UTF-8.</param>
    /// <param name="record">The record.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    public bool TryFind(ReadOnlySpan<byte> id, out StoredRecord record) => _rows.TryFind(id, out record);

    /// <summary>Lists live records by id.</summary>
    /// <param name="after">The listing starts behind this id; empty for the beginning.</param>
    /// <param name="limit">Most records to give back.</param>
    /// <param name="filter">Only records that it means are listed; null for all.</param>
    /// <returns>Ascending by the bytes of the id.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative.</exception>
    /// <exception cref="InvalidDataException">One is damaged; the message names the object.</exception>
    public IReadOnlyList<StoredRecord> List(
        ReadOnlySpan<byte> after, int limit, RecordFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _rows.List(after.ToArray(), limit, filter);
    }

    /// <summary>Counts the live records that a filter means.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The number, as of one moment.</returns>
    /// <exception cref="InvalidDataException">What would tell is damaged.</exception>
    public long CountOf(RecordFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _rows.CountOf(filter);
    }

    /// <summary>Snapshots that are durable, in the order in which they were taken.</summary>
    public IReadOnlyList<ShardSnapshotInfo> Snapshots => _snapshots.List();

    /// <summary>
    /// Keeps the state that the shard has now until it is dropped: everything that was acknowledged before
    /// the call, and perhaps what is being acknowledged. Costs a manifest; nothing is copied.
    /// </summary>
    /// <param name="name">1 to 64 characters [A-Za-z0-9._-].</param>
    /// <param name="cancellationToken">Stops waiting; it may be taken all the same.</param>
    /// <returns>
    /// The snapshot, once durable, for <see cref="ShardSnapshot.OpenAsync"/>; the one of that name when there
    /// is one already.
    /// </returns>
    /// <exception cref="ArgumentException">The name breaks the grammar.</exception>
    /// <exception cref="ShardSnapshotLimitException">The shard keeps as many as it may.</exception>
    /// <exception cref="ShardStoppedException">The shard accepts no writes any more.</exception>
    /// <exception cref="IOException">
    /// The store failed; whether the snapshot was taken is known after another call.
    /// </exception>
    public Task<ShardSnapshotInfo> TakeSnapshotAsync(string name, CancellationToken cancellationToken) =>
        _snapshots.TakeAsync(name, cancellationToken);

    /// <summary>Drops a snapshot; what only it needed is removed behind the caller.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting; it may be dropped all the same.</param>
    /// <returns>Whether there was one of that name.</returns>
    /// <exception cref="ArgumentException">The name breaks the grammar.</exception>
    /// <exception cref="ShardStoppedException">The shard accepts no writes any more.</exception>
    /// <exception cref="IOException">
    /// The store failed; whether the snapshot was dropped is known after another call.
    /// </exception>
    public Task<bool> DropSnapshotAsync(string name, CancellationToken cancellationToken) =>
        _snapshots.DropAsync(name, cancellationToken);

    /// <summary>
    /// Waits until graphs have every row that was there at the call; for tests and benchmarks.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When they have.</returns>
    /// <exception cref="ShardStoppedException">The shard stopped before that.</exception>
    public Task WhenIndexedAsync(CancellationToken cancellationToken) =>
        _growth.WhenIndexedAsync(cancellationToken);

    /// <summary>
    /// Waits until nothing is written, sealed or merged any more; for tests and benchmarks.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When all is quiet.</returns>
    public async Task WhenQuietAsync(CancellationToken cancellationToken)
    {
        bool waited;
        do
        {
            waited = await _commits.WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false)
                | await _upkeep.WhenQuietAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        while (waited); // The one may have given the other something to do.
    }

    /// <summary>
    /// Finishes the writes in flight and lets go of the shard; searches may still run and finish.
    /// </summary>
    /// <returns>When done.</returns>
    public async ValueTask DisposeAsync()
    {
        _flushing.Dispose();
        await _commits.CloseAsync().ConfigureAwait(false);
        _lifetime.Stop(ShardStopReason.Disposed);
        await _growth.Builder.WhenIdleAsync().ConfigureAwait(false);
        await _upkeep.DisposeAsync().ConfigureAwait(false);
    }

    private PendingWrite Conditional(
        UInt128 operation, byte[] record, IReadOnlyList<WriteCondition> conditions)
    {
        WriteCondition[] copies = [.. conditions.Select(each => each with { Id = each.Id.ToArray() })];
        return new PendingWrite(operation, record.Length, () =>
        {
            foreach (var condition in copies)
            {
                var found = _rows.TryFind(condition.Id.Span, out var stored)
                    ? stored.Sequence
                    : WriteCondition.Absent;
                var holds = condition.Sequence == WriteCondition.Present
                    ? found != WriteCondition.Absent
                    : found == condition.Sequence;
                if (!holds)
                {
                    throw new ShardConditionException(condition, found);
                }
            }

            return record;
        });
    }

    private static void CheckPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        ObjectKey.CheckPrefix(prefix);
        if (prefix[^1] != '/')
        {
            throw new ArgumentException($"prefix: expected an ending '/', given '{prefix}'.", nameof(prefix));
        }
    }
}
