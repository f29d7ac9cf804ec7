using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Memory;

/// <summary>
/// Asks the system for large pages: walks jump about, and a jump within them misses the processor's table of
/// pages far less often.
/// </summary>
internal static unsafe partial class HugePages
{
    private const int PageBytes = 2 << 20; // Of x64 and, mostly, of ARM64.
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    /// <summary>A hint for memory that was not touched yet; nothing happens where it is not taken.</summary>
    /// <param name="address">The first byte.</param>
    /// <param name="bytes">How many; only whole pages among them count.</param>
    public static void Advise(nint address, int bytes)
    {
        var first = (address + PageBytes - 1) & -PageBytes;
        var end = (address + bytes) & -PageBytes;
        if (OperatingSystem.IsLinux() && end > first)
        {
            _ = Advise(first, (nuint)(end - first), AdviseHugePages);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint bytes, int advice);
}
