using System.Globalization;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>
/// How much longer do searches take while segments are merged? A server with small segments is filled segment
/// by segment and searched by one caller, at rest and beside each merge that it decides on.
/// </summary>
internal static class CompactionBenchmark
{
    private const double MiB = 1 << 20;

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="settings">What to measure.</param>
    /// <returns>When done.</returns>
    public static async Task RunAsync(Report report, CompactionSettings settings)
    {
        report.Line(
            $"hard128: up to {settings.RowCount} rows of 128 numbers in one shard of a server of its own "
            + $"process, Shard:SegmentBytesLimit {settings.SegmentBytes}, else default settings. One caller "
            + "searches through gRPC without a pause, 10 hits at the default breadth: "
            + $"{settings.SearchCount} searches of the server at rest, with nine tenths of the next segment "
            + "in the log, and as many as there are from the moment that the log has become a segment until "
            + "a merge of segments is over. No rows are written meanwhile.");
        report.Table(
            "rows", "segments", "merged into", "of MiB", "merge s", "searches", "p50 ms at rest", "merging",
            "p99 ms at rest", "merging", "ratio", "longest ms at rest", "merging");
        var largest = await MeasureAsync(report, settings);
        if (largest is null)
        {
            report.Line();
            report.Line("Nothing was merged: more rows or smaller segments are needed.");
            return;
        }

        report.Bar("compaction.rest-p50-ms", largest.Idle.HalfMilliseconds);
        report.Bar("compaction.rest-p99-ms", largest.Idle.MostMilliseconds);
        report.Bar("compaction.merging-p50-ms", largest.Merging.HalfMilliseconds);
        report.Bar("compaction.merging-p99-ms", largest.Merging.MostMilliseconds);
        report.Bar("compaction.p50-ratio", largest.Merging.HalfMilliseconds / largest.Idle.HalfMilliseconds);
        report.Bar("compaction.p99-ratio", largest.MostRatio);
        report.Bar("compaction.merge-s", largest.Merging.Seconds);
        report.Bar("compaction.merged-mib", largest.MergedBytes / MiB);
    }

    private static async Task<MergeRow?> MeasureAsync(Report report, CompactionSettings settings)
    {
        await using var server = await ServerUnderTest.StartAsync(
            "--Shard:SegmentBytesLimit", settings.SegmentBytes.ToString(CultureInfo.InvariantCulture));
        await using var shard = await GrowingShard.CreateAsync(server, settings);
        MergeRow? largest = null;
        while (shard.HasMore)
        {
            await shard.WriteMostAsync();
            var idle = await shard.SearchAtRestAsync();
            if (await shard.SealAsync() is not { } before
                || await shard.SearchBesideMergeAsync(before) is not { } beside)
            {
                continue;
            }

            var (merging, after) = beside;
            var row = new MergeRow(shard.RowCount, before.Count, after.Count, after.Max(), idle, merging);
            Print(report, row);
            largest = largest is null || row.MergedBytes > largest.MergedBytes ? row : largest;
        }

        return largest;
    }

    private static void Print(Report report, MergeRow row) =>
        report.Row(
            row.RowCount,
            row.SegmentsBefore,
            row.SegmentsAfter,
            row.MergedBytes / MiB,
            row.Merging.Seconds,
            row.Merging.Count,
            row.Idle.HalfMilliseconds,
            row.Merging.HalfMilliseconds,
            row.Idle.MostMilliseconds,
            row.Merging.MostMilliseconds,
            Spread.Number(row.MostRatio),
            row.Idle.WorstMilliseconds,
            row.Merging.WorstMilliseconds);
}
