using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Segments;

/// <summary>Hands bytes on block by block, and keeps the checksum of each. Not thread-safe.</summary>
/// <param name="stream">Receives the bytes; not closed.</param>
/// <param name="blockBytes">Bytes of a block.</param>
internal sealed class BlockStream(Stream stream, int blockBytes) : Stream
{
    private static readonly byte[] Zeros = new byte[SegmentFormat.PageBytes];

    private readonly byte[] _block = new byte[blockBytes];
    private readonly List<ulong> _checksums = [];
    private int _used;
    private long _flushed;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => Position;

    /// <inheritdoc/>
    public override long Position
    {
        get => _flushed + _used;
        set => throw new NotSupportedException("It is written front to back.");
    }

    /// <summary>Ends the last block, though it be short; nothing may be written afterwards.</summary>
    /// <returns>The checksums of all blocks.</returns>
    public IReadOnlyList<ulong> End()
    {
        if (_used > 0)
        {
            EndBlock();
        }

        return _checksums;
    }

    /// <summary>Writes zeros up to the next page.</summary>
    public void EndPart() => Write(Zeros.AsSpan(0, (int)(-Position & (SegmentFormat.PageBytes - 1))));

    /// <summary>Writes a number.</summary>
    /// <param name="number">The number.</param>
    public void WriteInt64(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Write(bytes);
    }

    /// <summary>Writes a number.</summary>
    /// <param name="number">The number.</param>
    public void WriteInt32(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        Write(bytes);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(buffer.Length, _block.Length - _used);
            buffer[..length].CopyTo(_block.AsSpan(_used));
            buffer = buffer[length..];
            _used += length;
            if (_used == _block.Length)
            {
                EndBlock();
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: a block is handed on when it is full.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw OnlyWritten();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw OnlyWritten();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw OnlyWritten();

    private static NotSupportedException OnlyWritten() => new("It is only written, front to back.");

    private void EndBlock()
    {
        _checksums.Add(SegmentFormat.ChecksumOf(_block.AsSpan(0, _used)));
        stream.Write(_block, 0, _used);
        _flushed += _used;
        _used = 0;
    }
}
