using System.Runtime.InteropServices;

namespace SimilarityCluster.Benchmarks.Reporting;

/// <summary>What the benchmark runs on.</summary>
internal static class Machine
{
    /// <summary>The processor's name.</summary>
    /// <returns>As the system gives it, else its architecture.</returns>
    public static string Cpu() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .First(line => line.StartsWith("model name", StringComparison.Ordinal))
                .Split(':')[1].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
