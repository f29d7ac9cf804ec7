using System.Diagnostics;
using Grpc.Core;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Recovery;

/// <summary>
/// How soon does a server answer again that was killed, and how much memory does that take? It is started on
/// the same directory each time.
/// </summary>
internal static class RecoveryBenchmark
{
    private const int SomeSearches = 100;
    private const int SteadySearches = 1_000;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="settings">What to measure.</param>
    /// <returns>When done.</returns>
    public static async Task RunAsync(Report report, RecoverySettings settings)
    {
        var killed = await KilledServer.OpenAsync(settings);
        var lines = new RecoveryReport(report);
        lines.Begin(settings, killed.Directory);
        var rounds = new List<RecoveryRound>();
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var measured = await MeasureAsync(killed);
            if (round > 0)
            {
                // Round 0 warms the calling side up, and brings the files into memory.
                rounds.Add(measured);
                lines.Add(round, measured);
            }
        }

        lines.Finish(rounds);
    }

    private static async Task<RecoveryRound> MeasureAsync(KilledServer killed)
    {
        var directory = killed.Again();
        try
        {
            await using var server = await ServerUnderTest.StartOnAsync(directory);
            await using var served = new ServedSet(server);
            await SearchUntilAnsweredAsync(served, killed);
            var answered = server.Age;
            var atAnswer = server.Memory();
            await SearchAsync(served, killed, SomeSearches);
            var afterSome = server.Memory();
            await server.WaitUntilQuietAsync();
            await SearchAsync(served, killed, SteadySearches);
            return new RecoveryRound(
                server.ReadyAfter.TotalSeconds,
                (server.OpenAfter ?? answered).TotalSeconds,
                answered.TotalSeconds,
                atAnswer,
                afterSome,
                server.Memory());
        }
        finally
        {
            KilledServer.Remove(directory);
        }
    }

    private static async Task SearchUntilAnsweredAsync(ServedSet served, KilledServer killed)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await served.SearchOnceAsync(killed.Queries[0]);
                return;
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Unavailable
                && Stopwatch.GetElapsedTime(start) < AnswerPatience)
            {
                await Task.Delay(RetryPause);
            }
        }
    }

    private static async Task SearchAsync(ServedSet served, KilledServer killed, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await served.SearchOnceAsync(killed.Queries[number % killed.Queries.Count]);
        }
    }
}
