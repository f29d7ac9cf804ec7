using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// The bytes of a segment, such as a mapped file. They stay as long as anything refers to this object, so
/// there is nothing to dispose, and nothing to unmap too early. Nothing outside of them can be read.
/// </summary>
internal sealed unsafe class SegmentMapping : SafeBuffer
{
    private readonly SafeBuffer _buffer;

    /// <summary>Takes a share of a buffer; whoever made it may dispose of it at any time.</summary>
    /// <param name="key">The segment's key, for messages.</param>
    /// <param name="buffer">As long as the segment, aligned to 64 bytes.</param>
    /// <exception cref="ObjectDisposedException">It has been disposed of already.</exception>
    internal SegmentMapping(string key, SafeBuffer buffer)
        : base(ownsHandle: true)
    {
        (Key, _buffer, Length) = (key, buffer, checked((long)buffer.ByteLength));
        // Spans need an address. This object gives the pointer back, and so keeps the mapping till then.
        byte* address = null;
        buffer.AcquirePointer(ref address);
        SetHandle((nint)address);
        Initialize(buffer.ByteLength);
    }

    /// <summary>The segment's key.</summary>
    internal string Key { get; }

    /// <summary>How many bytes there are.</summary>
    internal long Length { get; }

    /// <summary>Looks at bytes. Whoever uses the span keeps this object alive.</summary>
    /// <param name="offset">The first.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="InvalidDataException">They are not all there.</exception>
    internal ReadOnlySpan<byte> Span(long offset, long length) =>
        offset >= 0 && length is >= 0 and <= int.MaxValue && offset <= Length - length
            // In range, as was just checked.
            ? new ReadOnlySpan<byte>((byte*)handle + offset, (int)length)
            : throw Outside(offset, length);

    /// <summary>Reads a number.</summary>
    /// <param name="part">An aligned part that was found to be in range.</param>
    /// <param name="index">The number's place in it.</param>
    /// <exception cref="InvalidDataException">The part is shorter.</exception>
    internal T Number<T>(in SegmentPart part, long index)
        where T : unmanaged
    {
        if (index < 0 || index >= part.Length / sizeof(T))
        {
            throw Outside(part.Offset + (index * sizeof(T)), sizeof(T));
        }

        // In the part, as was just checked, and so in range.
        var number = *(T*)((byte*)handle + part.Offset + (index * sizeof(T)));
        GC.KeepAlive(this);
        return number;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _buffer.ReleasePointer();
        return true;
    }

    private InvalidDataException Outside(long offset, long length) => SegmentFile.Damaged(
        Key, $"{length} bytes from {offset} on are asked for, of {Length} that there are");
}
