using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Log;

/// <summary>Reads stored bytes from front to back and never past their end.</summary>
/// <param name="bytes">What is read.</param>
/// <param name="source">The key, for messages.</param>
internal struct PayloadReader(ReadOnlyMemory<byte> bytes, string source)
{
    private int _offset;

    /// <summary>Bytes that follow.</summary>
    internal readonly int Remaining => bytes.Length - _offset;

    /// <summary>Looks at the next bytes.</summary>
    /// <exception cref="InvalidDataException">Fewer follow.</exception>
    internal readonly ReadOnlySpan<byte> Peek(long count) => count >= 0 && count <= Remaining
        ? bytes.Span.Slice(_offset, (int)count)
        : throw Damaged($"{count} bytes expected at offset {_offset}, {Remaining} follow");

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="InvalidDataException">Fewer follow.</exception>
    internal ReadOnlyMemory<byte> Take(long count)
    {
        _ = Peek(count);
        var taken = bytes.Slice(_offset, (int)count);
        _offset += (int)count;
        return taken;
    }

    /// <summary>Takes two bytes.</summary>
    internal ushort TakeUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)).Span);

    /// <summary>Takes four bytes.</summary>
    internal int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    /// <summary>Takes eight bytes.</summary>
    internal long TakeInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    /// <summary>
    /// Takes a number of items that need some bytes each, so that no damage can ask for much memory.
    /// </summary>
    internal int TakeCount(int leastBytesEach)
    {
        var count = TakeInt32();
        return count >= 0 && (long)count * leastBytesEach <= Remaining
            ? count
            : throw Damaged(
                $"{count} items of {leastBytesEach} bytes or more expected, {Remaining} bytes follow");
    }

    /// <summary>Asserts that nothing follows.</summary>
    /// <exception cref="InvalidDataException">Something does.</exception>
    internal readonly void End()
    {
        if (Remaining != 0)
        {
            throw Damaged($"{Remaining} bytes follow its end");
        }
    }

    /// <summary>Says what is wrong with the source.</summary>
    internal readonly InvalidDataException Damaged(string how) =>
        new($"Object '{source}' is damaged: {how}.");
}
