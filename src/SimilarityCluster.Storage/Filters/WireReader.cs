using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Filters;

/// <summary>
/// Goes over the fields of an encoded protobuf message without decoding it whole, and allocates nothing.
/// </summary>
/// <remarks>
/// Protocol Buffers, "Encoding". Groups, which no message of this project has, are taken for damage.
/// </remarks>
/// <param name="bytes">The encoded message.</param>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of the field.</summary>
    internal int Field { get; private set; }

    /// <summary>Its value, where it is a number; of a float64 the bits.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Its value, where it is text, bytes or a message; empty for a number.</summary>
    internal ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether <see cref="Bytes"/> is the value, not <see cref="Number"/>.</summary>
    internal bool HasBytes { get; private set; }

    /// <summary>Whether what follows is no message; it ends there.</summary>
    internal bool IsDamaged { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end, or at damage.</returns>
    internal bool MoveNext()
    {
        if (_rest.IsEmpty || IsDamaged)
        {
            return false;
        }

        IsDamaged = !TryTakeVarint(out var tag)
            || tag >> 3 is 0 or > int.MaxValue
            || !TryTake((int)(tag & 7));
        Field = (int)(tag >> 3);
        return !IsDamaged;
    }

    private bool TryTake(int wireType)
    {
        Number = 0;
        Bytes = default;
        HasBytes = wireType == 2;
        ulong number;
        switch (wireType)
        {
            case 0 when TryTakeVarint(out number):
                Number = number;
                return true;
            case 1 when _rest.Length >= sizeof(ulong):
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[sizeof(ulong)..];
                return true;
            case 2 when TryTakeVarint(out number) && number <= (ulong)_rest.Length:
                Bytes = _rest[..(int)number];
                _rest = _rest[(int)number..];
                return true;
            case 5 when _rest.Length >= sizeof(uint):
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[sizeof(uint)..];
                return true;
            default:
                return false;
        }
    }

    private bool TryTakeVarint(out ulong number)
    {
        number = 0;
        for (var index = 0; index < Math.Min(_rest.Length, MaxVarintBytes); index++)
        {
            number |= (ulong)(_rest[index] & 0x7F) << (7 * index);
            if (_rest[index] < 0x80)
            {
                _rest = _rest[(index + 1)..];
                return true;
            }
        }

        return false;
    }
}
