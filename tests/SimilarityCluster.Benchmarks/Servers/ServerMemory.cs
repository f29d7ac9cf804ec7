using System.Globalization;

namespace SimilarityCluster.Benchmarks.Servers;

/// <summary>
/// How much memory a process takes, in bytes; mapped files count as far as they are in memory.
/// </summary>
/// <param name="Peak">The most that was resident so far.</param>
/// <param name="Resident">What is resident now.</param>
/// <param name="Anonymous">What of it is not of files.</param>
internal readonly record struct ServerMemory(long Peak, long Resident, long Anonymous)
{
    /// <summary>Reads the sizes of a process.</summary>
    /// <param name="processId">Its number.</param>
    /// <returns>The sizes.</returns>
    public static ServerMemory Of(int processId)
    {
        var lines = File.ReadAllLines(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"));
        return new ServerMemory(Field("VmHWM:"), Field("VmRSS:"), Field("RssAnon:"));

        long Field(string name)
        {
            var line = lines.First(line => line.StartsWith(name, StringComparison.Ordinal));
            var kibibytes = line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal);
            return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
        }
    }
}
