using System.Globalization;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Ingest;

/// <summary>What the benchmark of writing says.</summary>
/// <param name="report">Receives it.</param>
internal sealed class IngestReport(Report report)
{
    private const double MiB = 1 << 20;

    /// <summary>Writes what comes before the first set.</summary>
    /// <param name="callers">Batches in flight at a time.</param>
    /// <param name="queryCount">Queries that recall is measured with, at most.</param>
    /// <param name="serverWords">The server's settings that are not the defaults.</param>
    public void Begin(int callers, int queryCount, string[] serverWords) =>
        report.Line(
            "A server of its own process (role all, one shard, an empty local directory, default settings"
            + $"{string.Concat(serverWords.Select(word => $" {word}"))}) is filled through gRPC in batches "
            + $"of 100 rows, {callers} at a time. Its CPU time, user and system, counts from the first write "
            + "until it is at rest: graphs built, the log sealed, segments merged. At rest is a server that "
            + "used less than 2 % of a core for 3 s. Recall is that of "
            + $"{queryCount} queries at the default breadth, compared with exact neighbours.");

    /// <summary>Writes what filling took.</summary>
    /// <param name="set">The set.</param>
    /// <param name="filled">The figures.</param>
    public void Add(VectorSet set, IngestFigures filled)
    {
        var rows = (double)set.RowCount;
        var speed = rows / filled.Whole.CpuSeconds;
        var diskBytes = filled.TotalBytes / rows;
        report.Line();
        report.Line($"## {set.Name}: {set.RowCount} rows of {set.Dimension} numbers");
        report.Table("figure", "until acknowledged", "until at rest");
        report.Row("wall s", filled.Written.WallSeconds, filled.Whole.WallSeconds);
        report.Row("server CPU s", filled.Written.CpuSeconds, filled.Whole.CpuSeconds);
        report.Row("rows/wall s", rows / filled.Written.WallSeconds, rows / filled.Whole.WallSeconds);
        report.Row("rows/server CPU s", rows / filled.Written.CpuSeconds, speed);
        report.Table(
            $"recall@{GroundTruth.Limit}", "disk B/vector", "log MiB", "segments", "segments MiB",
            "resident MiB", "peak MiB");
        report.Row(
            filled.Recall,
            diskBytes,
            filled.LogBytes / MiB,
            filled.SegmentBytes.Count,
            filled.SegmentBytes.Sum() / MiB,
            filled.Memory.Resident / MiB,
            filled.Memory.Peak / MiB);
        Bar(set, "rows-per-cpu-second", speed);
        Bar(set, "wall-s", filled.Whole.WallSeconds);
        Bar(set, "recall", filled.Recall);
        Bar(set, "disk-bytes-per-vector", diskBytes);
        Bar(set, "log-and-segment-bytes", filled.LogBytes + filled.SegmentBytes.Sum());
    }

    /// <summary>Writes what single writes took.</summary>
    /// <param name="set">The set that was there before.</param>
    /// <param name="writes">The figures.</param>
    public void Add(VectorSet set, IReadOnlyList<WriteFigures> writes)
    {
        report.Line();
        report.Line("Then durable writes of one record a call:");
        report.Table("callers", "p50 ms", "p99 ms", "writes/s", "server CPU µs/write");
        foreach (var row in writes)
        {
            report.Row(
                row.Callers, row.HalfMilliseconds, row.MostMilliseconds, row.WritesPerSecond,
                row.ServerMicroseconds);
            Bar(set, "write-p50-ms", row.Callers, row.HalfMilliseconds);
            Bar(set, "write-p99-ms", row.Callers, row.MostMilliseconds);
            Bar(set, "writes-per-second", row.Callers, row.WritesPerSecond);
        }
    }

    private void Bar(VectorSet set, string figure, double value) =>
        report.Bar($"ingest.{set.Name}.{figure}", value);

    private void Bar(VectorSet set, string figure, int callers, double value) =>
        Bar(set, string.Create(CultureInfo.InvariantCulture, $"{figure}.{callers}"), value);
}
