using System.Diagnostics;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>Tells from outside whether a server merges segments, while it is searched.</summary>
/// <remarks>
/// A merge has ended when there are fewer segments than before. There is none when the threads that merge did
/// nothing for three seconds, of which they would get a part also on a busy machine, and no file is written.
/// </remarks>
internal sealed class MergeWatch : IAsyncDisposable
{
    // Seldom, since the looks take time from the searches.
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CpuWindow = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestCpu = TimeSpan.FromMilliseconds(20);

    private readonly ServerUnderTest _server;
    private readonly int _segmentsBefore;
    private readonly Task _watching;
    private volatile bool _isMerging = true;
    private volatile bool _hasMerged;

    /// <summary>Begins to watch.</summary>
    /// <param name="server">The server.</param>
    /// <param name="segmentsBefore">Segments when the merge would begin.</param>
    public MergeWatch(ServerUnderTest server, int segmentsBefore)
    {
        (_server, _segmentsBefore) = (server, segmentsBefore);
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
            var (windowStart, cpu) = (Stopwatch.GetTimestamp(), _server.BuilderCpuTime());
            while (_isMerging)
            {
                await Task.Delay(LookPause);
                _hasMerged = _server.Directory.SegmentBytes().Count < _segmentsBefore;
                var isResting = false;
                if (Stopwatch.GetElapsedTime(windowStart) >= CpuWindow)
                {
                    var now = _server.BuilderCpuTime();
                    isResting = now - cpu < RestCpu && !_server.Directory.IsWritten;
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
