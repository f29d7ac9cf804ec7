using System.Runtime.InteropServices;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Searching;

/// <summary>One search of one silo, cut into cells that the pool's threads run side by side.</summary>
/// <remarks>
/// A batch is cut by queries. A single query is cut by shards where threads are free, and is one cell
/// otherwise. The thread that ends the last cell makes the answer. Who claims cells holds the pool's lock.
/// </remarks>
internal sealed class SearchJob
{
    // Small enough that a batch lets other searches pass, large enough that claims cost nothing.
    private const int MostQueriesInCell = 16;

    private readonly TaskCompletionSource<SiloSearchResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly SiloSearchMessage _search;
    private readonly RecordFilter? _filter;
    private readonly ShardStore[] _shards;
    private readonly int[] _notMine;
    private readonly TimeProvider _time;
    private readonly CancellationToken _token;
    private readonly bool _byShards;
    private readonly int _queriesInCell;
    private readonly int _cellCount;
    private readonly SearchEffort _effort; // In each shard: so the merged hits reach a target, too.
    private readonly byte[][] _packed;
    private readonly ShardHit[][] _found;
    private readonly long _made;
    private long _started;
    private int _claimed;
    private int _remaining;
    private int _breadth;

    /// <summary>Plans a search.</summary>
    /// <param name="search">What is searched for.</param>
    /// <param name="shards">The shards that are here, at least 1, all of one dimension.</param>
    /// <param name="notMine">The shards that are not.</param>
    /// <param name="threads">Threads of the pool.</param>
    /// <param name="idleThreads">Those that have nothing to do.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="ArgumentException">The filter is none.</exception>
    public SearchJob(
        SiloSearchMessage search,
        ShardStore[] shards,
        int[] notMine,
        int threads,
        int idleThreads,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        (_search, _shards, _notMine, _time, _token) = (search, shards, notMine, time, cancellationToken);
        _filter = search.Filter is { } filter ? RecordFilter.Decode(filter) : null;
        _effort = search switch
        {
            { Exact: true } => SearchEffort.Exact,
            { TargetRecall: > 0 } => SearchEffort.Recall(search.TargetRecall),
            _ => SearchEffort.Breadth(search.SearchBreadth),
        };
        _queriesInCell = Math.Clamp((search.QueryCount + threads - 1) / threads, 1, MostQueriesInCell);
        _cellCount = (search.QueryCount + _queriesInCell - 1) / _queriesInCell;
        if (search.QueryCount == 1 && Math.Min(shards.Length, idleThreads) is > 1 and var parts)
        {
            (_byShards, _cellCount) = (true, parts);
        }

        _packed = _cellCount > 1 && !_byShards ? new byte[_cellCount][] : [];
        _found = _byShards ? new ShardHit[_cellCount][] : [];
        _remaining = _cellCount;
        _made = time.GetTimestamp();
    }

    /// <summary>The answer; cancelled with the search's token.</summary>
    public Task<SiloSearchResult> Completion => _completion.Task;

    /// <summary>Queries of the search.</summary>
    public int QueryCount => _search.QueryCount;

    /// <summary>Cells that nobody has claimed.</summary>
    public int UnclaimedCells => _cellCount - _claimed;

    /// <summary>Claims the next cell.</summary>
    /// <param name="queryCount">Queries that begin with it.</param>
    /// <returns>The cell, for <see cref="RunCell"/>.</returns>
    public int ClaimCell(out int queryCount)
    {
        var cell = _claimed++;
        queryCount = !_byShards ? CountOf(cell) : cell == 0 ? 1 : 0;
        return cell;
    }

    /// <summary>Searches one cell.</summary>
    /// <param name="cell">From <see cref="ClaimCell"/>.</param>
    /// <param name="scratch">The calling thread's.</param>
    public void RunCell(int cell, SearchScratch scratch)
    {
        if (cell == 0)
        {
            _started = _time.GetTimestamp();
        }

#pragma warning disable CA1031 // Whatever goes wrong is told to the caller; the thread goes on.
        try
        {
            if (!_completion.Task.IsCompleted)
            {
                Search(cell, scratch);
            }

            if (Interlocked.Decrement(ref _remaining) == 0 && !_completion.Task.IsCompleted)
            {
                _completion.TrySetResult(Finish(scratch));
            }
        }
        catch (OperationCanceledException) when (_token.IsCancellationRequested)
        {
            _completion.TrySetCanceled(_token);
        }
        catch (InvalidDataException damage)
        {
            _completion.TrySetException(new ShardDamagedException(damage.Message));
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
        }
#pragma warning restore CA1031
        scratch.Clear();
    }

    private int CountOf(int cell) => Math.Min(_queriesInCell, QueryCount - (cell * _queriesInCell));

    private void Search(int cell, SearchScratch scratch)
    {
        if (_byShards)
        {
            FindBest(
                0, cell * _shards.Length / _cellCount, (cell + 1) * _shards.Length / _cellCount, scratch);
            _found[cell] = scratch.Best.ToArray();
            return;
        }

        var first = cell * _queriesInCell;
        for (var query = first; query < first + CountOf(cell); query++)
        {
            FindBest(query, 0, _shards.Length, scratch);
            Pack(scratch);
        }

        if (_cellCount > 1)
        {
            _packed[cell] = scratch.Packed.WrittenSpan.ToArray();
        }
    }

    private void FindBest(int query, int firstShard, int endShard, SearchScratch scratch)
    {
        // Arrays begin aligned, and the project runs on little-endian machines only.
        var dimension = _search.Vectors.Length / sizeof(float) / QueryCount;
        var vector = MemoryMarshal.Cast<byte, float>(_search.Vectors).Slice(query * dimension, dimension);
        var stop = new CancellationStop(_token);
        scratch.BeginQuery(_search.Limit);
        for (var shard = firstShard; shard < endShard; shard++)
        {
            _token.ThrowIfCancellationRequested();
            var sought = new VectorQuery(vector, breadth: 1)
            {
                MaxDistance = _search.MaxDistance ?? float.PositiveInfinity,
            };
            var outcome = _shards[shard].Search(sought, _effort, _filter, scratch.Hits, ref stop);
            if (outcome.Stopped)
            {
                throw new OperationCanceledException(_token);
            }

            scratch.MergeHits(outcome.Count);
            Note(outcome.SearchBreadth);
        }
    }

    private void Note(int breadth)
    {
        for (var seen = Volatile.Read(ref _breadth); breadth > seen; seen = Volatile.Read(ref _breadth))
        {
            Interlocked.CompareExchange(ref _breadth, breadth, seen);
        }
    }

    private void Pack(SearchScratch scratch)
    {
        var writer = new PackedHitsWriter(scratch.Packed);
        writer.BeginQuery(scratch.Best.Length);
        foreach (var (record, distance) in scratch.Best)
        {
            writer.AddHit(
                record.Id,
                distance,
                _search.IncludeMetadata ? record.Metadata : default,
                _search.IncludeVector ? MemoryMarshal.AsBytes(record.Vector) : default);
        }

        GC.KeepAlive(scratch); // Its hits keep the memory of the spans.
    }

    private SiloSearchResult Finish(SearchScratch scratch)
    {
        if (_byShards)
        {
            scratch.BeginQuery(_search.Limit);
            foreach (var found in _found)
            {
                scratch.Merge(found);
            }

            Pack(scratch);
        }

        return new SiloSearchResult
        {
            NotMine = _notMine,
            Hits = _packed.Length > 0 ? Join(_packed) : scratch.Packed.WrittenSpan.ToArray(),
            Queued = _time.GetElapsedTime(_made, _started),
            Searched = _time.GetElapsedTime(_started),
            SearchBreadth = _breadth,
        };
    }

    private static byte[] Join(byte[][] parts)
    {
        var joined = new byte[parts.Sum(part => part.Length)];
        var rest = joined.AsSpan();
        foreach (var part in parts)
        {
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }

        return joined;
    }
}
