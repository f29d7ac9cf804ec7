using System.Diagnostics;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>Tells from outside whether a server merges segments, while it is searched.</summary>
/// <remarks>
/// A merge has ended when there are fewer segments than before. There is none when the server needs no more
/// CPU time than searches alone: in three seconds, of which it would get a part also on a busy machine.
/// </remarks>
internal sealed class MergeWatch : IAsyncDisposable
{
    private const double SpareCores = .1;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CpuWindow = TimeSpan.FromSeconds(3);

    private readonly ServerUnderTest _server;
    private readonly int _segmentsBefore;
    private readonly double _coresAtRest;
    private readonly Task _watching;
    private volatile bool _isMerging = true;
    private volatile bool _hasMerged;

    /// <summary>Begins to watch.</summary>
    /// <param name="server">The server.</param>
    /// <param name="segmentsBefore">Segments when the merge would begin.</param>
    /// <param name="coresAtRest">What the server needs of a core for searches alone.</param>
    public MergeWatch(ServerUnderTest server, int segmentsBefore, double coresAtRest)
    {
        (_server, _segmentsBefore, _coresAtRest) = (server, segmentsBefore, coresAtRest);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Whether it may still merge.</summary>
    public bool IsMerging => _isMerging;

    /// <summary>Whether it has merged.</summary>
    public bool HasMerged => _hasMerged;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isMerging = false;
        await _watching;
    }

    private async Task WatchAsync()
    {
        try
        {
            var (windowStart, cpu) = (Stopwatch.GetTimestamp(), _server.CpuTime());
            while (_isMerging)
            {
                await Task.Delay(LookPause);
                _hasMerged = _server.Directory.SegmentBytes().Count < _segmentsBefore;
                var window = Stopwatch.GetElapsedTime(windowStart);
                var isResting = false;
                if (window >= CpuWindow)
                {
                    var now = _server.CpuTime();
                    isResting = (now - cpu) / window < _coresAtRest + SpareCores;
                    (windowStart, cpu) = (Stopwatch.GetTimestamp(), now);
                }

                if (_hasMerged || isResting)
                {
                    return;
                }
            }
        }
        finally
        {
            _isMerging = false;
        }
    }
}
