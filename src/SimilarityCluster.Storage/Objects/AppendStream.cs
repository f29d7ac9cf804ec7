namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// What the writer of an object's content sees: a stream that only appends. One caller at a time.
/// </summary>
/// <remarks>
/// Disposing it writes nothing: a writer that failed must not meet a second failure, and one that disposes
/// the stream does not end the file. Whoever made the stream flushes it.
/// </remarks>
/// <param name="file">Receives the bytes.</param>
internal sealed class AppendStream(ILocalFile file) : Stream
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _position;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > BufferBytes - _buffered)
        {
            Flush();
        }

        if (buffer.Length >= BufferBytes)
        {
            file.Write(buffer);
        }
        else
        {
            buffer.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += buffer.Length;
        }

        _position += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_buffered > 0)
        {
            file.Write(_buffer.AsSpan(0, _buffered));
            _buffered = 0;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
