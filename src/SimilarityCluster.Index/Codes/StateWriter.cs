using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Codes;

/// <summary>Writes what <see cref="StateReader"/> reads.</summary>
/// <param name="state">Receives it; long enough.</param>
internal ref struct StateWriter(Span<byte> state)
{
    private Span<byte> _rest = state;

    /// <summary>Writes a whole number.</summary>
    /// <param name="number">The number.</param>
    public void Int32(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_rest, number);
        _rest = _rest[sizeof(int)..];
    }

    /// <summary>Writes numbers.</summary>
    /// <param name="numbers">The numbers.</param>
    public void Singles(params ReadOnlySpan<float> numbers)
    {
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteSingleLittleEndian(_rest, number);
            _rest = _rest[sizeof(float)..];
        }
    }

    /// <summary>Writes bytes with a sign.</summary>
    /// <param name="numbers">The numbers.</param>
    public void SBytes(ReadOnlySpan<sbyte> numbers)
    {
        MemoryMarshal.Cast<sbyte, byte>(numbers).CopyTo(_rest);
        _rest = _rest[numbers.Length..];
    }

    /// <summary>Where the next number goes.</summary>
    /// <returns>The bytes that were not written.</returns>
    public readonly Span<byte> Rest() => _rest;
}
