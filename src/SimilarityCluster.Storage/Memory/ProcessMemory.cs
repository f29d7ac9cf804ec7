using System.Globalization;

namespace SimilarityCluster.Storage.Memory;

/// <summary>Measures the memory of this process.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Anonymous = "RssAnon:";

    /// <summary>
    /// Bytes that are resident and of this process alone; mapped files are left out, as the system takes them
    /// back by itself.
    /// </summary>
    /// <returns>
    /// On a system that does not tell them apart, everything that is resident.
    /// </returns>
    internal static long PrivateBytes()
    {
        if (OperatingSystem.IsLinux())
        {
            foreach (var line in File.ReadLines(Status))
            {
                // For instance "RssAnon:   123456 kB".
                if (line.StartsWith(Anonymous, StringComparison.Ordinal)
                    && long.TryParse(
                        line[Anonymous.Length..].Replace("kB", string.Empty, StringComparison.Ordinal),
                        NumberStyles.Integer,
                        CultureInfo.InvariantCulture,
                        out var kibibytes))
                {
                    return kibibytes * 1024;
                }
            }
        }

        return Environment.WorkingSet;
    }
}
