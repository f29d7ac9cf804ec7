using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Recovery;

/// <summary>What the benchmark of starting again says.</summary>
/// <param name="report">Receives it.</param>
internal sealed class RecoveryReport(Report report)
{
    private const double MiB = 1 << 20;

    private double _logBytes;

    /// <summary>Writes what comes before the first round.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="directory">Of the killed server.</param>
    public void Begin(RecoverySettings settings, ServerDirectory directory)
    {
        _logBytes = directory.LogBytes;
        var segments = directory.SegmentBytes();
        report.Line(
            $"hard128: {settings.RowCount} rows of 128 numbers, one shard, default settings. A server was "
            + "filled through gRPC and killed with SIGKILL when it was at rest; it left "
            + $"{segments.Count} segments of {Spread.Number(segments.Sum() / MiB)} MiB in all and a log of "
            + $"{Spread.Number(_logBytes / MiB)} MiB to replay. Each round starts a server on the same "
            + "files, which are in the page cache, and searches until it is answered; a round before the "
            + "first one does not count. Seconds are those since the process was started. Steady is the "
            + "resident size at rest, after 1,100 searches; the peak is that of the whole round. Mapped "
            + "files count as far as they are in memory.");
        report.Table(
            "round", "ready s", "shard open s", "answer s", "peak MiB at answer", "after 100 searches",
            "at the end", "steady MiB", "of it anonymous", "peak/steady");
    }

    /// <summary>Writes one round.</summary>
    /// <param name="number">Counted from 1.</param>
    /// <param name="round">The figures.</param>
    public void Add(int number, RecoveryRound round) =>
        report.Row(
            number,
            round.ReadySeconds,
            round.OpenSeconds,
            round.AnswerSeconds,
            round.AtAnswer.Peak / MiB,
            round.AfterSome.Peak / MiB,
            round.Steady.Peak / MiB,
            round.Steady.Resident / MiB,
            round.Steady.Anonymous / MiB,
            round.PeakRatio);

    /// <summary>Records the medians.</summary>
    /// <param name="rounds">All that count.</param>
    public void Finish(IReadOnlyList<RecoveryRound> rounds)
    {
        Bar("ready-s", round => round.ReadySeconds);
        Bar("open-s", round => round.OpenSeconds);
        Bar("answer-s", round => round.AnswerSeconds);
        Bar("peak-mib", round => round.Steady.Peak / MiB);
        Bar("steady-mib", round => round.Steady.Resident / MiB);
        Bar("steady-anonymous-mib", round => round.Steady.Anonymous / MiB);
        Bar("peak-ratio", round => round.PeakRatio);
        report.Bar("recovery.log-mib", _logBytes / MiB);

        void Bar(string figure, Func<RecoveryRound, double> value) =>
            report.Bar($"recovery.{figure}", Median.Of(rounds.Select(value)));
    }
}
