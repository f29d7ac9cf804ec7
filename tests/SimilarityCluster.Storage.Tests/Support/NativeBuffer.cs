using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Bytes at a page's beginning, as those of a mapped file are, but exactly as many.</summary>
internal sealed class NativeBuffer : SafeBuffer
{
    private const int PageBytes = 4_096;

    private readonly nint _memory;

    internal NativeBuffer(byte[] bytes)
        : base(ownsHandle: true)
    {
        _memory = Marshal.AllocHGlobal(bytes.Length + PageBytes);
        SetHandle((_memory + PageBytes - 1) & -PageBytes);
        Initialize((ulong)bytes.Length);
        WriteSpan<byte>(0, bytes);
    }

    /// <summary>Set once the memory is given back.</summary>
    internal bool IsReleased { get; private set; }

    internal void Flip(long bit)
    {
        var offset = (ulong)(bit / 8);
        Write(offset, (byte)(Read<byte>(offset) ^ (1 << (int)(bit % 8))));
    }

    protected override bool ReleaseHandle()
    {
        Marshal.FreeHGlobal(_memory);
        IsReleased = true;
        return true;
    }
}
