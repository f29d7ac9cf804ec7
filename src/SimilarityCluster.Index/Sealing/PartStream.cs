namespace SimilarityCluster.Index.Sealing;

/// <summary>Gathers what is written in a buffer, and aligns parts.</summary>
/// <param name="stream">Where it goes.</param>
internal sealed class PartStream(Stream stream)
{
    private const int BufferBytes = 1 << 20;

    private byte[] _buffer = new byte[BufferBytes];
    private int _length;
    private long _flushed;

    /// <summary>The next bytes, all 0.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Valid until the next call.</returns>
    public Span<byte> Next(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Flush();
            if (count > _buffer.Length)
            {
                _buffer = new byte[count];
            }
        }

        var next = _buffer.AsSpan(_length, count);
        next.Clear();
        _length += count;
        return next;
    }

    /// <summary>Lets the next part begin on a page.</summary>
    public void EndPart() => Next((int)(-(_flushed + _length) & (SealedHeader.PageBytes - 1)));

    /// <summary>Hands over what was gathered.</summary>
    public void Flush()
    {
        stream.Write(_buffer, 0, _length);
        _flushed += _length;
        _length = 0;
    }
}
