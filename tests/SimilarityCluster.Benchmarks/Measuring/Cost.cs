using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Benchmarks.Measuring;

/// <summary>What a piece of work took.</summary>
/// <param name="WallSeconds">By the clock on the wall.</param>
/// <param name="CpuSeconds">Of processor time.</param>
internal readonly partial record struct Cost(double WallSeconds, double CpuSeconds)
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int ThreadClock = 3;

    /// <summary>Measures work of the calling thread alone.</summary>
    /// <param name="work">The work.</param>
    /// <returns>Its cost, with the processor time of this thread.</returns>
    public static Cost OfThread(Action work) => Of(work, ThreadSeconds);

    /// <summary>Measures work of several threads.</summary>
    /// <param name="work">The work.</param>
    /// <returns>Its cost, with the processor time of the whole process.</returns>
    public static Cost OfProcess(Action work) => Of(work, () => Environment.CpuUsage.TotalTime.TotalSeconds);

    private static Cost Of(Action work, Func<double> cpuSeconds)
    {
        var before = cpuSeconds();
        var start = Stopwatch.GetTimestamp();
        work();
        return new Cost(Stopwatch.GetElapsedTime(start).TotalSeconds, cpuSeconds() - before);
    }

    private static double ThreadSeconds() =>
        ReadClock(ThreadClock, out var time) == 0
            ? time.Seconds + (time.Nanoseconds / 1e9)
            : throw new PlatformNotSupportedException("There is no clock of a thread's processor time.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ReadClock(int clock, out TimeSpec time);

    // struct timespec of 64-bit Linux.
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
