using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>A copy of bytes outside the managed heap that begins at a page, as a mapped file does.</summary>
internal sealed class AlignedBuffer : SafeBuffer
{
    private const int PageBytes = 4096;

    private readonly nint _allocated;

    private AlignedBuffer(ReadOnlySpan<byte> content)
        : base(ownsHandle: true)
    {
        if (content.IsEmpty)
        {
            throw new IOException("The object is empty.");
        }

        _allocated = Marshal.AllocHGlobal(content.Length + PageBytes);
        SetHandle((_allocated + PageBytes - 1) & ~(nint)(PageBytes - 1));
        Initialize((ulong)content.Length);
        WriteSpan(0, content);
    }

    /// <summary>Copies bytes; none of null.</summary>
    /// <exception cref="IOException">There are no bytes to copy.</exception>
    internal static AlignedBuffer? CopyOf(byte[]? content) => content is null ? null : new(content);

    protected override bool ReleaseHandle()
    {
        Marshal.FreeHGlobal(_allocated);
        return true;
    }
}
