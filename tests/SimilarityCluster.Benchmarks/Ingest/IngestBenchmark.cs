using System.Diagnostics;
using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>
/// What does it take to fill a server? It is a process of its own; its CPU time counts
/// until all that it does behind its answers is over.
/// </summary>
internal static class IngestBenchmark
{
    private const int Callers = 4;
    private const int QueryCount = 1_000;

    // One caller waits for the disk each time, so it gets fewer writes to do.
    private static readonly (int Callers, int Share)[] SingleWriters = [(1, 5), (64, 1)];

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the tables and bars.</param>
    /// <param name="settings">What to measure.</param>
    /// <returns>When done.</returns>
    public static async Task RunAsync(Report report, IngestSettings settings)
    {
        var lines = new IngestReport(report);
        lines.Begin(Callers, QueryCount, settings.ServerWords);
        foreach (var dataset in settings.Datasets)
        {
            var set = settings.Open(dataset).FirstQueries(QueryCount);
            var exact = new IndexStore(set, settings.Cache).Exact();
            await using var server = await ServerUnderTest.StartAsync(settings.ServerWords);
            await using var served = new ServedSet(server);
            var filled = await FillAsync(server, served, set, exact);
            lines.Add(set, filled);
            var firstId = set.RowCount;
            var writes = new List<WriteFigures>();
            foreach (var (callers, share) in SingleWriters)
            {
                var count = Math.Max(1, settings.WriteCount / share / callers) * callers;
                writes.Add(await WriteEachAsync(server, served, set, firstId, count, callers));
                firstId += count;
            }

            lines.Add(set, writes);
        }
    }

    private static async Task<IngestFigures> FillAsync(
        ServerUnderTest server, ServedSet served, VectorSet set, GroundTruth exact)
    {
        await served.CreateAsync(set.Dimension);
        await server.WaitUntilQuietAsync();
        var (start, cpu) = (Stopwatch.GetTimestamp(), server.CpuTime());
        await served.WriteAsync(set, 0, set.RowCount, Callers);
        var written = Since(Stopwatch.GetTimestamp());
        var quiet = await server.WaitUntilQuietAsync();
        var whole = Since(quiet);
        var directory = server.Directory;
        return new IngestFigures(
            written,
            whole,
            directory.Bytes,
            directory.LogBytes,
            directory.SegmentBytes(),
            server.Memory(),
            exact.Recall(await served.SearchAllAsync(set)));

        Cost Since(long end) => new(
            Stopwatch.GetElapsedTime(start, end).TotalSeconds, (server.CpuTime() - cpu).TotalSeconds);
    }

    private static async Task<WriteFigures> WriteEachAsync(
        ServerUnderTest server, ServedSet served, VectorSet set, int firstId, int count, int callers)
    {
        await server.WaitUntilQuietAsync();
        var (start, cpu) = (Stopwatch.GetTimestamp(), server.CpuTime());
        var latencies = await served.WriteEachAsync(set, firstId, count, callers);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await server.WaitUntilQuietAsync();
        return new WriteFigures(
            callers,
            latencies.Percentile(.5),
            latencies.Percentile(.99),
            count / seconds,
            (server.CpuTime() - cpu).TotalMicroseconds / count);
    }
}
