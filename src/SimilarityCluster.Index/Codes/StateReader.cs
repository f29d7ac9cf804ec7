using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Codes;

/// <summary>Reads little-endian numbers one after the other, and says which one is impossible.</summary>
/// <param name="state">What to read.</param>
/// <param name="owner">What it is the state of, for messages.</param>
internal ref struct StateReader(ReadOnlySpan<byte> state, string owner)
{
    private readonly int _length = state.Length;
    private ReadOnlySpan<byte> _rest = state;

    /// <summary>Reads a whole number.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="least">The least that is possible.</param>
    /// <param name="most">The most that is possible.</param>
    /// <returns>The number.</returns>
    /// <exception cref="InvalidDataException">It is out of range, or missing.</exception>
    public int Int32(string name, int least, int most)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(Bytes(name, sizeof(int)));
        return number >= least && number <= most
            ? number
            : throw new InvalidDataException(
                $"The {owner}'s {name} is {number}; expected {least} to {most}.");
    }

    /// <summary>Reads finite numbers.</summary>
    /// <param name="name">What they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="least">The least that is possible.</param>
    /// <returns>The numbers.</returns>
    /// <exception cref="InvalidDataException">One is out of range, or missing.</exception>
    public float[] Singles(string name, int count, float least = float.MinValue)
    {
        var numbers = new float[count];
        var bytes = Bytes(name, (long)count * sizeof(float));
        for (var index = 0; index < count; index++)
        {
            var number = BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * sizeof(float))..]);
            if (!float.IsFinite(number) || number < least)
            {
                var range = least > float.MinValue ? $"number from {least} up" : "number";
                throw new InvalidDataException(
                    $"The {owner}'s {name} {index} is {number}; expected a finite {range}.");
            }

            numbers[index] = number;
        }

        return numbers;
    }

    /// <summary>Reads bytes with a sign.</summary>
    /// <param name="name">What they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="most">No number is farther from 0.</param>
    /// <returns>The numbers, valid as long as the state.</returns>
    /// <exception cref="InvalidDataException">One is out of range, or missing.</exception>
    public ReadOnlySpan<sbyte> SBytes(string name, long count, int most)
    {
        var numbers = MemoryMarshal.Cast<byte, sbyte>(Bytes(name, count));
        var index = numbers.IndexOfAnyExceptInRange((sbyte)-most, (sbyte)most);
        return index < 0
            ? numbers
            : throw new InvalidDataException(
                $"The {owner}'s {name} {index} is {numbers[index]}; expected {-most} to {most}.");
    }

    /// <summary>All that was not read.</summary>
    /// <returns>The bytes.</returns>
    public readonly ReadOnlySpan<byte> Rest() => _rest;

    /// <summary>Expects that everything was read.</summary>
    /// <exception cref="InvalidDataException">Something is left.</exception>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new InvalidDataException(
                $"The {owner} has {_length} bytes; expected {_length - _rest.Length}.");
        }
    }

    private ReadOnlySpan<byte> Bytes(string name, long count)
    {
        if (_rest.Length < count)
        {
            throw new InvalidDataException(
                $"The {owner} ends after {_length} bytes; its {name} needs {count - _rest.Length} more.");
        }

        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }
}
