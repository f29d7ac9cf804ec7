using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SimilarityCluster.Index.Memory;

/// <summary>
/// A buffer of somebody else's, such as a mapped file, that stays as long as anything refers to this object;
/// so there is nothing to dispose, and nothing to unmap too early.
/// </summary>
internal sealed unsafe class PinnedBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly SafeBuffer _buffer;

    /// <summary>Takes a share of a buffer; whoever made it may dispose of it at any time.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <exception cref="ObjectDisposedException">It has been disposed of already.</exception>
    public PinnedBuffer(SafeBuffer buffer)
        : base(ownsHandle: true)
    {
        _buffer = buffer;
        Length = checked((long)buffer.ByteLength);
        byte* address = null;
        buffer.AcquirePointer(ref address);
        SetHandle((nint)address);
    }

    /// <summary>The first byte.</summary>
    public byte* Address => (byte*)handle;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _buffer.ReleasePointer();
        return true;
    }
}
