using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SimilarityCluster.Index.Memory;

/// <summary>
/// Asks for memory before it is needed; a hint only, and none where the processor takes none.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes that memory hands over at a time.</summary>
    public const int LineBytes = 64;

    /// <summary>Asks for a run of cache lines.</summary>
    /// <param name="address">The first byte; any address is allowed.</param>
    /// <param name="bytes">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(void* address, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (var offset = 0; offset < bytes; offset += LineBytes)
            {
                Sse.Prefetch0((byte*)address + offset);
            }
        }
    }

    /// <summary>Asks for a run of cache lines that are needed later, for the second level cache.</summary>
    /// <param name="address">The first byte; any address is allowed.</param>
    /// <param name="bytes">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunFar(void* address, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (var offset = 0; offset < bytes; offset += LineBytes)
            {
                Sse.Prefetch1((byte*)address + offset);
            }
        }
    }
}
