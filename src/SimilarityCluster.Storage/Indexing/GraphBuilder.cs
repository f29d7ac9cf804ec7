using SimilarityCluster.Index;
using SimilarityCluster.Storage.Records;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Indexing;

/// <summary>
/// Lets the graph catch up with the published and the deleted rows, behind the writes; the only one who
/// changes it.
/// </summary>
/// <remarks>Portions are small, so that shards that share a scheduler take turns.</remarks>
internal sealed class GraphBuilder
{
    private const int PortionRows = 32;

    private readonly Lock _sync = new();
    private readonly HnswGraph _graph;
    private readonly ShardRows _rows;
    private readonly TaskScheduler _scheduler;
    private readonly ShardLifetime _lifetime;
    private readonly int _tailLimit;
    private readonly int _replayedRows;
    private Task _building = Task.CompletedTask;
    private bool _isBuilding;
    private bool _isRepairing;

    /// <summary>Begins to insert what the replay left.</summary>
    internal GraphBuilder(
        HnswGraph graph,
        ShardRows rows,
        ShardStoreOptions options,
        TaskScheduler scheduler,
        ShardLifetime lifetime)
    {
        _graph = graph;
        _rows = rows;
        _scheduler = scheduler;
        _lifetime = lifetime;
        _tailLimit = options.TailLimit;
        _replayedRows = rows.Published;
    }

    /// <summary>Says that rows were published.</summary>
    internal void Wake()
    {
        lock (_sync)
        {
            if (!_isBuilding && HasWork)
            {
                _isBuilding = true;
                _building = BuildAsync();
            }
        }
    }

    /// <summary>Waits until few enough rows are searched outside the graph.</summary>
    /// <exception cref="ShardStoppedException">The shard stopped.</exception>
    internal async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var indexed = _lifetime.IndexedRows.Value;
            if (_rows.Published - indexed <= TailLimitAt(indexed))
            {
                return;
            }

            await WaitForAsync(indexed + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the graph has a number of rows.</summary>
    /// <exception cref="ShardStoppedException">The shard stopped.</exception>
    internal async Task WaitForAsync(long rows, CancellationToken cancellationToken)
    {
        if (!await _lifetime.IndexedRows.WaitForAsync(rows, cancellationToken).ConfigureAwait(false))
        {
            throw _lifetime.Refusal();
        }
    }

    /// <summary>Waits for the portion at work, after the shard has stopped.</summary>
    internal Task WhenIdleAsync()
    {
        lock (_sync)
        {
            return _building;
        }
    }

    private bool HasWork =>
        (_graph.Count < _rows.Published || _isRepairing || _graph.IsRepairDue) && !_lifetime.IsStopped;

    /// <summary>
    /// A long replay leaves a tail beyond the limit. Writes need not wait until all of it is built: for every
    /// two rows that the graph takes one may come, so the tail shrinks and nobody starves.
    /// </summary>
    private long TailLimitAt(long indexed) => Math.Max(_tailLimit, _replayedRows - (indexed / 2));

    private async Task BuildAsync()
    {
        try
        {
            bool more;
            do
            {
                await Task.Factory
                    .StartNew(
                        DoPortion,
                        CancellationToken.None,
                        TaskCreationOptions.DenyChildAttach,
                        _scheduler)
                    .ConfigureAwait(false);
                _lifetime.IndexedRows.Advance(_graph.Count);
                lock (_sync)
                {
                    more = HasWork;
                    _isBuilding = more;
                }
            }
            while (more);
        }
#pragma warning disable CA1031 // Whatever failed, it stops the shard; searches go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _lifetime.Stop(ShardStopReason.IndexFailed, failure);
        }
    }

    /// <summary>New rows first: they are searched by comparison until they are in.</summary>
    private void DoPortion()
    {
        if (_graph.Count < _rows.Published)
        {
            InsertPortion();
        }
        else if (_isRepairing || _graph.IsRepairDue)
        {
            _isRepairing = _graph.Repair(PortionRows);
        }
    }

    private void InsertPortion()
    {
        var end = Math.Min(_rows.Published, _graph.Count + PortionRows);
        while (_graph.Count < end && !_lifetime.IsStopped)
        {
            _graph.InsertNext();
        }
    }
}
