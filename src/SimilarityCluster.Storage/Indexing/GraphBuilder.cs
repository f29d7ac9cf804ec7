using SimilarityCluster.Index;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Indexing;

/// <summary>
/// Lets a growing part's graph catch up with its published and its deleted rows, behind the writes; the only
/// one who changes it.
/// </summary>
/// <remarks>
/// Portions are small, so that shards that share a scheduler take turns. As many workers insert a portion as
/// the scheduler runs at a time and as there are cores, so that a shard that is alone uses all of them. Under
/// a scheduler that runs one task at a time rows are inserted one after another, in their order.
/// </remarks>
internal sealed class GraphBuilder
{
    /// <summary>Rows of a portion for each worker.</summary>
    private const int PortionRows = 32;

    /// <summary>Fewer rows are not worth another worker: single writes stay with one.</summary>
    private const int LeastRowsPerWorker = 16;

    private readonly Lock _sync = new();
    private readonly GrowingPart _part;
    private readonly HnswGraph _graph;
    private readonly TaskScheduler _scheduler;
    private readonly ShardLifetime _lifetime;
    private readonly int _tailLimit;
    private readonly int _replayedRows;
    private Task _building = Task.CompletedTask;
    private Task _portion = Task.CompletedTask;
    private bool _isBuilding;
    private bool _isRepairing;
    private bool _isCalibrating;
    private bool _isFrozen;
    private int _rowsLeft;

    /// <summary>Makes a builder that has nothing to do until it is woken.</summary>
    internal GraphBuilder(
        GrowingPart part, ShardStoreOptions options, TaskScheduler scheduler, ShardLifetime lifetime)
    {
        _part = part;
        _graph = part.Graph;
        _scheduler = scheduler;
        _lifetime = lifetime;
        _tailLimit = options.TailLimit;
        _replayedRows = part.Published;
        IndexedRows = lifetime.NewWatermark();
    }

    /// <summary>Rows that the graph has.</summary>
    internal Watermark IndexedRows { get; }

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
            var indexed = IndexedRows.Value;
            if (_part.Published - indexed <= TailLimitAt(indexed))
            {
                return;
            }

            await WaitForAsync(indexed + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the graph has every row that is there now.</summary>
    /// <exception cref="ShardStoppedException">The shard stopped.</exception>
    internal Task WhenIndexedAsync(CancellationToken cancellationToken) =>
        WaitForAsync(_part.Published, cancellationToken);

    private async Task WaitForAsync(long rows, CancellationToken cancellationToken)
    {
        if (!await IndexedRows.WaitForAsync(rows, cancellationToken).ConfigureAwait(false))
        {
            throw _lifetime.Refusal();
        }
    }

    /// <summary>
    /// Waits until there is nothing to do; after the shard has stopped, for the portion at work.
    /// </summary>
    internal Task WhenIdleAsync()
    {
        lock (_sync)
        {
            return _building;
        }
    }

    /// <summary>
    /// Lets the graph get the rows that it lacks, and no more be repaired: a repair takes rows out that the
    /// log may still speak of.
    /// </summary>
    /// <returns>When no repair is at work any more.</returns>
    internal Task FreezeAsync()
    {
        lock (_sync)
        {
            _isFrozen = true;
            _graph.KeepDeleted(); // The log's tail still speaks of what is deleted from now on.
            return _portion;
        }
    }

    /// <summary>Waits until the graph has everything and was measured, or the shard has stopped.</summary>
    internal Task WhenSettledAsync()
    {
        Wake();
        return WhenIdleAsync();
    }

    private bool HasRepair => !_isFrozen && (_isRepairing || _graph.IsRepairDue);

    private bool HasWork =>
        (_graph.Count < _part.Published || HasRepair || _isCalibrating || _graph.IsCalibrationDue)
        && !_lifetime.IsStopped;

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
                lock (_sync)
                {
                    _portion = DoPortionAsync();
                }

                await _portion.ConfigureAwait(false);
                IndexedRows.Advance(_graph.Count);
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
    private Task DoPortionAsync()
    {
        var missing = _part.Published - _graph.Count;
        if (missing <= 0)
        {
            return Crew.RunAsync(_scheduler, 1, DoIdlePortion);
        }

        var most = Math.Min(_scheduler.MaximumConcurrencyLevel, Environment.ProcessorCount);
        var workers = Math.Clamp(missing / LeastRowsPerWorker, 1, most);
        _rowsLeft = Math.Min(missing, workers * PortionRows);
        return Crew.RunAsync(_scheduler, workers, InsertPortion);
    }

    /// <summary>
    /// Inserts rows until the portion is done; with others, who take the rows that this worker does not.
    /// </summary>
    private void InsertPortion()
    {
        // Counted, because rows behind the published ones may be there but must not be seen. An insertion may
        // come to nothing because others inserted instead; its row is then left for the next portion.
        while (!_lifetime.IsStopped && Interlocked.Decrement(ref _rowsLeft) >= 0)
        {
            _graph.InsertNext();
        }
    }

    private void DoIdlePortion()
    {
        if (HasRepair)
        {
            _isRepairing = _graph.Repair(PortionRows);
        }
        else if (_isCalibrating || _graph.IsCalibrationDue)
        {
            _isCalibrating = _graph.Calibrate(1); // Compares a row with all.
        }
    }
}
