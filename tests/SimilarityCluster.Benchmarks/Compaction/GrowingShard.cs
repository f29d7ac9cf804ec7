using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>
/// A shard that is filled segment by segment, so that it is known from outside when it merges: a sealed log
/// is one segment more, a merge makes them fewer.
/// </summary>
internal sealed class GrowingShard : IAsyncDisposable
{
    private const int Callers = 4;
    private const int StepRows = 400;

    // The log of a server at rest before the merge is nearly as long as that which becomes a segment.
    private const double RestShare = .9;

    // Files of the log are a little longer than the writes in them, which are what the server counts.
    private const double SealShare = 1.02;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SealPatience = TimeSpan.FromMinutes(5);

    private readonly ServerUnderTest _server;
    private readonly ServedSet _served;
    private readonly VectorSet _set;
    private readonly CompactionSettings _settings;
    private readonly ByteString[] _queries;

    private GrowingShard(ServerUnderTest server, VectorSet set, CompactionSettings settings)
    {
        (_server, _set, _settings) = (server, set, settings);
        _served = new ServedSet(server);
        _queries = [.. Enumerable.Range(0, set.QueryCount).Select(query =>
            ByteString.CopyFrom(MemoryMarshal.AsBytes(set.Query(query))))];
    }

    /// <summary>Rows that were written.</summary>
    public int RowCount { get; private set; }

    /// <summary>Whether there are more rows to write.</summary>
    public bool HasMore => RowCount < _set.RowCount;

    /// <summary>Makes the shard, which is empty.</summary>
    /// <param name="server">Without one yet; makes segments as <paramref name="settings"/> say.</param>
    /// <param name="settings">Rows and size of segments.</param>
    /// <returns>The shard.</returns>
    public static async Task<GrowingShard> CreateAsync(ServerUnderTest server, CompactionSettings settings)
    {
        var set = HardVectors.Make("hard128", settings.RowCount);
        var shard = new GrowingShard(server, set, settings);
        await shard._served.CreateAsync(set.Dimension);
        return shard;
    }

    /// <summary>Writes rows until nine tenths of a segment are in the log, and waits for rest.</summary>
    /// <returns>When the server is at rest.</returns>
    public async Task WriteMostAsync()
    {
        await WriteUntilAsync(() => _server.Directory.LogBytes >= RestShare * _settings.SegmentBytes);
        await _server.WaitUntilQuietAsync();
    }

    /// <summary>Searches a server at rest, after as many searches that warm both sides up.</summary>
    /// <returns>How it went.</returns>
    public async Task<SearchTrace> SearchAtRestAsync()
    {
        await SearchTrace.RunAsync(SearchAsync, count => count < _settings.SearchCount);
        return await SearchTrace.RunAsync(SearchAsync, count => count < _settings.SearchCount);
    }

    /// <summary>Writes rows until the log becomes a segment.</summary>
    /// <returns>Sizes of the segments when it is one; null when there are no rows left for that.</returns>
    /// <exception cref="TimeoutException">The log is long enough and did not become one.</exception>
    public async Task<IReadOnlyList<long>?> SealAsync()
    {
        var before = _server.Directory.SegmentBytes().Count;
        await WriteUntilAsync(IsEnough);
        if (!IsEnough())
        {
            return null;
        }

        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < SealPatience)
        {
            var segments = _server.Directory.SegmentBytes();
            if (segments.Count > before)
            {
                return segments;
            }

            await Task.Delay(LookPause);
        }

        throw new TimeoutException($"The log did not become a segment in {SealPatience}.");

        // The log may be shorter again: a small segment is written while rows are.
        bool IsEnough() =>
            _server.Directory.LogBytes > SealShare * _settings.SegmentBytes
            || _server.Directory.SegmentBytes().Count > before;
    }

    /// <summary>Searches beside a merge, from the moment that the log has become a segment.</summary>
    /// <param name="segments">The segments then.</param>
    /// <returns>How it went until there were fewer segments; null when none are merged.</returns>
    public async Task<(SearchTrace Trace, IReadOnlyList<long> Segments)?> SearchBesideMergeAsync(
        IReadOnlyList<long> segments)
    {
        await using var watch = new MergeWatch(_server, segments.Count);
        var trace = await SearchTrace.RunAsync(SearchAsync, _ => watch.IsMerging);
        return watch.HasMerged ? (trace, _server.Directory.SegmentBytes()) : null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _served.DisposeAsync();

    private Task SearchAsync(int number) => _served.SearchOnceAsync(_queries[number % _queries.Length]);

    private async Task WriteUntilAsync(Func<bool> isEnough)
    {
        while (HasMore && !isEnough())
        {
            var end = Math.Min(_set.RowCount, RowCount + StepRows);
            await _served.WriteAsync(_set, RowCount, end, Callers);
            RowCount = end;
        }
    }
}
