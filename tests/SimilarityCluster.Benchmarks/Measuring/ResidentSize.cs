using System.Globalization;

namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>How much memory of this process lies in the machine's, mapped files included.</summary>
internal static class ResidentSize
{
    private const string Field = "Rss:";

    /// <summary>Collects garbage, gives free memory back, and reads the size.</summary>
    /// <returns>Bytes.</returns>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static long Read()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        const string Source = "/proc/self/smaps_rollup"; // Exact, unlike the sum in "status".
        if (!File.Exists(Source))
        {
            throw new PlatformNotSupportedException($"There is no '{Source}'; try --no-memory.");
        }

        var line = File.ReadLines(Source).First(line => line.StartsWith(Field, StringComparison.Ordinal));
        var kibibytes = line[Field.Length..].Replace("kB", string.Empty, StringComparison.Ordinal);
        return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
    }
}
