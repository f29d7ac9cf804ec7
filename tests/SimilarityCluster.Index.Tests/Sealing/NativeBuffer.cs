using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Tests.Sealing;

/// <summary>Bytes at a page's beginning, as those of a mapped file are.</summary>
internal sealed unsafe class NativeBuffer : SafeBuffer
{
    public NativeBuffer(ReadOnlySpan<byte> bytes)
        : base(ownsHandle: true)
    {
        var address = NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes.Length), 4_096);
        bytes.CopyTo(new Span<byte>(address, bytes.Length));
        SetHandle((nint)address);
        Initialize((ulong)bytes.Length);
    }

    /// <summary>Set once the memory is given back.</summary>
    public bool IsReleased { get; private set; }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        IsReleased = true;
        return true;
    }
}
