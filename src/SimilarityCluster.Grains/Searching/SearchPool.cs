using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Options;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Searching;

/// <summary>The threads that search, beside the grain scheduler, and the bounded queue before them. Thread-safe.</summary>
/// <remarks>
/// As many threads as cores: a search inside a grain was measured to delay the calls beside it by 228 ms, one on the
/// shared thread pool by 24 ms, one here by 0.3 ms. Searches take turns cell by cell, so that a large batch does not
/// hold up a single query.
/// </remarks>
internal sealed class SearchPool : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<SearchJob> _jobs = new();
    private readonly Thread[] _threads;
    private readonly int _queueLimit;
    private int _idle;
    private int _waitingQueries;
    private bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="options">How many threads, and how many queries may wait.</param>
    public SearchPool(IOptions<SearchOptions> options)
    {
        var threads = options.Value.Threads;
        _queueLimit = options.Value.QueueLimit;
        _threads = new Thread[threads > 0 ? threads : Environment.ProcessorCount];
        for (var index = 0; index < _threads.Length; index++)
        {
            _threads[index] = new Thread(Work) { IsBackground = true, Name = $"search {index}" };
            _threads[index].Start();
        }
    }

    /// <summary>How many threads there are.</summary>
    public int ThreadCount => _threads.Length;

    /// <summary>How many of them have nothing to do; may have changed already.</summary>
    public int IdleThreadCount => Volatile.Read(ref _idle);

    /// <summary>Queries that wait for a thread; may have changed already.</summary>
    public int WaitingQueryCount => Volatile.Read(ref _waitingQueries);

    /// <summary>Queues a search.</summary>
    /// <param name="job">The search; its completion tells the end.</param>
    /// <exception cref="SiloOverloadedException">Too many queries wait.</exception>
    /// <exception cref="ShardUnavailableException">The silo is stopping.</exception>
    public void Enqueue(SearchJob job)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                throw new ShardUnavailableException("The silo is stopping.");
            }

            if (_waitingQueries > 0 && _waitingQueries + job.QueryCount > _queueLimit)
            {
                throw new SiloOverloadedException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_waitingQueries} queries wait for a core; {job.QueryCount} more exceed {_queueLimit}."),
                    _queueLimit);
            }

            _waitingQueries += job.QueryCount;
            _jobs.Enqueue(job);
            for (var wake = Math.Min(job.UnclaimedCells, _idle); wake > 0; wake--)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Ends the searches that wait, then stops the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Work()
    {
        var scratch = new SearchScratch();
        while (TryClaim(out var job, out var cell))
        {
            job.RunCell(cell, scratch);
        }
    }

    private bool TryClaim([NotNullWhen(true)] out SearchJob? job, out int cell)
    {
        lock (_gate)
        {
            while (!_jobs.TryDequeue(out job))
            {
                if (_stopping)
                {
                    cell = 0;
                    return false;
                }

                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            cell = job.ClaimCell(out var queryCount);
            _waitingQueries -= queryCount;
            if (job.UnclaimedCells > 0)
            {
                _jobs.Enqueue(job);
            }

            return true;
        }
    }
}
