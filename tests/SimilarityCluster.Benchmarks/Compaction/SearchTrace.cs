using System.Diagnostics;
using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Compaction;

/// <summary>Searches of one caller, one after another without a pause.</summary>
/// <param name="Count">Searches.</param>
/// <param name="Seconds">All of them together.</param>
/// <param name="HalfMilliseconds">Latency that half of them did not exceed.</param>
/// <param name="MostMilliseconds">Latency that 99 % of them did not exceed.</param>
/// <param name="WorstMilliseconds">The longest.</param>
internal sealed record SearchTrace(
    int Count, double Seconds, double HalfMilliseconds, double MostMilliseconds, double WorstMilliseconds)
{
    /// <summary>Searches until told to stop.</summary>
    /// <param name="search">Searches for the query with the given number.</param>
    /// <param name="goesOn">Asked before each search, given the number of those that were done.</param>
    /// <returns>How they went.</returns>
    public static async Task<SearchTrace> RunAsync(Func<int, Task> search, Func<int, bool> goesOn)
    {
        var latencies = new Latencies();
        var (start, count) = (Stopwatch.GetTimestamp(), 0);
        for (; goesOn(count); count++)
        {
            var before = Stopwatch.GetTimestamp();
            await search(count);
            latencies.Add(Stopwatch.GetElapsedTime(before));
        }

        return new SearchTrace(
            count,
            Stopwatch.GetElapsedTime(start).TotalSeconds,
            latencies.Percentile(.5),
            latencies.Percentile(.99),
            latencies.Percentile(1));
    }
}
