using System.Runtime.InteropServices;
using Google.Protobuf;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Contracts;

/// <summary>Float32 numbers as the wire carries them: little-endian, 4 bytes each.</summary>
/// <remarks>Supported platforms are little-endian, so packing is a copy of bytes.</remarks>
public static class PackedVector
{
    /// <summary>Packs numbers into a vector message.</summary>
    /// <param name="values">Shape [dimension].</param>
    /// <returns>A vector whose <see cref="Vector.Data"/> holds a copy.</returns>
    public static Vector Pack(ReadOnlySpan<float> values) =>
        new() { Data = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };

    /// <summary>Counts the numbers of a vector message, whichever form it uses.</summary>
    /// <param name="vector">A vector with one of its forms set.</param>
    /// <returns>
    /// The dimension; -1 when <see cref="Vector.Data"/> is not a multiple of 4 bytes or both forms are set.
    /// </returns>
    public static int DimensionOf(Vector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Data.Length % sizeof(float) != 0 || (vector.Data.Length > 0 && vector.Values.Count > 0))
        {
            return -1;
        }

        return vector.Data.Length > 0 ? vector.Data.Length / sizeof(float) : vector.Values.Count;
    }

    /// <summary>Copies the numbers of a vector message.</summary>
    /// <param name="vector">A vector with one of its forms set.</param>
    /// <param name="destination">Receives the numbers, shape [dimension].</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="destination"/> does not have the vector's dimension.
    /// </exception>
    public static void CopyTo(Vector vector, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (DimensionOf(vector) != destination.Length)
        {
            throw new ArgumentException(
                $"The vector has dimension {DimensionOf(vector)}, the destination {destination.Length}.",
                nameof(destination));
        }

        if (vector.Data.Length > 0)
        {
            vector.Data.Span.CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = vector.Values[i];
        }
    }

    /// <summary>Reads the numbers of a vector message into a new array.</summary>
    /// <param name="vector">A vector with one of its forms set.</param>
    /// <returns>Shape [dimension].</returns>
    /// <exception cref="ArgumentException">
    /// The vector's bytes are not whole numbers, or both forms are set.
    /// </exception>
    public static float[] ToArray(Vector vector)
    {
        var dimension = DimensionOf(vector);
        if (dimension < 0)
        {
            throw new ArgumentException(
                "A vector takes either data, in whole groups of 4 bytes, or values.", nameof(vector));
        }

        var values = new float[dimension];
        CopyTo(vector, values);
        return values;
    }
}
