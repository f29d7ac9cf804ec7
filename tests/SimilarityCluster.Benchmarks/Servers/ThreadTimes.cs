using System.Globalization;

namespace SimilarityCluster.Benchmarks.Servers;

/// <summary>CPU times of single threads of a process, as Linux tells them.</summary>
internal static class ThreadTimes
{
    // USER_HZ: the same on all machines that .NET runs on.
    private const int TicksPerSecond = 100;

    // Fields of /proc/PID/task/TID/stat behind the name, which is in brackets and may have any letters.
    private const int UserField = 11;
    private const int SystemField = 12;

    /// <summary>Adds the times of threads.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="name">What the names of the threads begin with.</param>
    /// <returns>User and system time of all of them.</returns>
    /// <exception cref="InvalidOperationException">There is no such thread.</exception>
    public static TimeSpan Of(int processId, string name)
    {
        var (ticks, count) = (0L, 0);
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task");
        foreach (var thread in Directory.EnumerateDirectories(folder))
        {
            try
            {
                var text = File.ReadAllText(Path.Combine(thread, "stat"));
                var end = text.LastIndexOf(')');
                if (text.AsSpan(text.IndexOf('(', StringComparison.Ordinal) + 1).StartsWith(name))
                {
                    var fields = text[(end + 2)..].Split(' ');
                    ticks += Ticks(fields[UserField]) + Ticks(fields[SystemField]);
                    count++;
                }
            }
            catch (IOException)
            {
                // The thread ended since it was listed.
            }
        }

        return count > 0
            ? TimeSpan.FromSeconds(ticks / (double)TicksPerSecond)
            : throw new InvalidOperationException($"Process {processId} has no thread '{name}...'.");
    }

    private static long Ticks(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
