#pragma warning disable MA0048 // The kinds are read with the key.
using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Filters;

/// <summary>What a key was made of. The numbers are part of the segment format.</summary>
internal enum FieldKind : byte
{
    /// <summary>A string.</summary>
    Text = 1,

    /// <summary>An integer or a double.</summary>
    Number = 2,

    /// <summary>A bool.</summary>
    Bool = 3,

    /// <summary>A point in time.</summary>
    Timestamp = 4,

    /// <summary>One string of a list.</summary>
    ListItem = 5,

    /// <summary>A list, for its being there.</summary>
    List = 6,

    /// <summary>Bytes, for their being there.</summary>
    Bytes = 7,
}

/// <summary>
/// A metadata value as a key: keys are ordered by kind, then by payload, byte by byte, and that order is the
/// order of the values.
/// </summary>
/// <remarks>
/// <code>
/// kind       payload
/// text       its UTF-8
/// number     10 bytes, see <see cref="OfInteger"/>
/// bool       1 byte, 0 or 1
/// timestamp  int64 seconds since 1970 with the sign bit flipped, int32 nanoseconds; big-endian
/// list item  its UTF-8
/// list       none
/// bytes      none
/// </code>
/// </remarks>
internal readonly ref struct FieldKey(FieldKind kind, ReadOnlySpan<byte> payload)
{
    /// <summary>Most bytes of a payload that is not text.</summary>
    internal const int ScalarBytes = 12;

    private const double TwoTo63 = 9_223_372_036_854_775_808.0;

    /// <summary>What it was made of.</summary>
    internal FieldKind Kind { get; } = kind;

    /// <summary>Its bytes behind the kind.</summary>
    internal ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Makes the key of an integer.</summary>
    /// <remarks>
    /// The nearest double that is not above it, its bits changed so that they ascend, and, as uint16, by how
    /// much the integer is more: below 2,048. So integers and doubles are compared exactly, also beyond 2^53.
    /// </remarks>
    /// <param name="value">The integer.</param>
    /// <param name="scratch">Receives the payload, <see cref="ScalarBytes"/>.</param>
    internal static FieldKey OfInteger(long value, Span<byte> scratch)
    {
        var below = (double)value;
        if (below >= TwoTo63 || (long)below > value)
        {
            below = Math.BitDecrement(below);
        }

        return OfNumber(below, (ushort)(value - (long)below), scratch);
    }

    /// <summary>Makes the key of a double.</summary>
    /// <param name="value">The double; zeros of either sign are one.</param>
    /// <param name="scratch">Receives the payload, <see cref="ScalarBytes"/>.</param>
    internal static FieldKey OfDouble(double value, Span<byte> scratch) => OfNumber(value, 0, scratch);

    /// <summary>Makes the key of a bool.</summary>
    /// <param name="value">The bool.</param>
    /// <param name="scratch">Receives the payload, <see cref="ScalarBytes"/>.</param>
    internal static FieldKey OfBool(bool value, Span<byte> scratch)
    {
        scratch[0] = value ? (byte)1 : (byte)0;
        return new FieldKey(FieldKind.Bool, scratch[..1]);
    }

    /// <summary>Makes the key of an encoded google.protobuf.Timestamp.</summary>
    /// <param name="message">The message.</param>
    /// <param name="scratch">Receives the payload, <see cref="ScalarBytes"/>.</param>
    internal static FieldKey OfTimestamp(ReadOnlySpan<byte> message, Span<byte> scratch)
    {
        var (seconds, nanos) = (0L, 0);
        var reader = new WireReader(message);
        while (reader.MoveNext())
        {
            (seconds, nanos) = reader.Field switch
            {
                1 => ((long)reader.Number, nanos),
                2 => (seconds, (int)reader.Number),
                _ => (seconds, nanos),
            };
        }

        BinaryPrimitives.WriteInt64BigEndian(scratch, seconds ^ long.MinValue);
        BinaryPrimitives.WriteInt32BigEndian(scratch[sizeof(long)..], nanos);
        return new FieldKey(FieldKind.Timestamp, scratch[..ScalarBytes]);
    }

    /// <summary>Copies it: the kind, then the payload.</summary>
    internal byte[] ToArray() => [(byte)Kind, .. Payload];

    /// <summary>Copies it, into a buffer where that is long enough.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <returns>The kind, then the payload.</returns>
    internal ReadOnlySpan<byte> Write(Span<byte> buffer)
    {
        if (buffer.Length <= Payload.Length)
        {
            return ToArray();
        }

        buffer[0] = (byte)Kind;
        Payload.CopyTo(buffer[1..]);
        return buffer[..(Payload.Length + 1)];
    }

    /// <summary>Compares it with a bound, the bytes of a key or of a beginning of one.</summary>
    /// <param name="bound">At least one byte.</param>
    /// <returns>Below zero when it comes before the bound.</returns>
    internal int CompareTo(ReadOnlySpan<byte> bound) => (byte)Kind != bound[0]
        ? (byte)Kind - bound[0]
        : Payload.SequenceCompareTo(bound[1..]);

    private static FieldKey OfNumber(double value, ushort more, Span<byte> scratch)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value + 0.0); // Which makes zero of minus zero.
        bits ^= bits >> 63 != 0 ? ulong.MaxValue : 1UL << 63;
        BinaryPrimitives.WriteUInt64BigEndian(scratch, bits);
        BinaryPrimitives.WriteUInt16BigEndian(scratch[sizeof(ulong)..], more);
        return new FieldKey(FieldKind.Number, scratch[..(sizeof(ulong) + sizeof(ushort))]);
    }
}
