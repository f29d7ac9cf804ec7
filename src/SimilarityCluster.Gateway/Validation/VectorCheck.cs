using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Grains.Abstractions.Collections;
using V1 = SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Gateway.Validation;

/// <summary>Reads vectors of the wire into packed bytes, checked, and normalised under cosine.</summary>
internal static class VectorCheck
{
    /// <summary>
    /// How far from 1 the square of the length may be that was scaled to 1: each number was rounded by at
    /// most one part in 2^24, which its square doubles. So what was read stays as it was when it is written
    /// again.
    /// </summary>
    private const double UnitError = 1.0 / (1 << 22);

    /// <summary>Reads one vector.</summary>
    /// <param name="vector">The message, or null when the field is not set.</param>
    /// <param name="field">Path of the vector.</param>
    /// <param name="collection">Says the dimension and the metric.</param>
    /// <param name="destination">
    /// Receives little-endian float32, 4 bytes for each number of the dimension.
    /// </param>
    /// <returns>What is wrong with it, or null.</returns>
    public static ServiceError? Read(
        V1.Vector? vector, string field, CollectionInfo collection, Span<byte> destination)
    {
        var data = vector is null ? ByteString.Empty : vector.Data;
        var valueCount = vector?.Values.Count ?? 0;
        if (data.Length > 0 && valueCount > 0)
        {
            return ServiceErrors.InvalidField(field, "exactly one of data and values", "both");
        }

        if (data.Length == 0 && valueCount == 0)
        {
            return ServiceErrors.InvalidField(field, "a vector as data or values", "none");
        }

        if (data.Length % sizeof(float) != 0)
        {
            return ServiceErrors.InvalidField(
                $"{field}.data", "float32 numbers of 4 bytes each", Check.Bytes(data.Length));
        }

        var dimension = data.Length > 0 ? data.Length / sizeof(float) : valueCount;
        if (dimension != collection.Dimension)
        {
            return ServiceErrors.DimensionMismatch(field, collection.Dimension, dimension);
        }

        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        if (data.Length > 0)
        {
            data.Span.CopyTo(destination);
        }
        else
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = vector!.Values[i];
            }
        }

        return CheckNumbers(numbers, field, collection.Metric == (int)V1.Metric.Cosine);
    }

    /// <summary>Finds the first number that is NaN or infinite.</summary>
    /// <param name="numbers">Shape [count].</param>
    /// <returns>Its position, or -1.</returns>
    public static int FirstNotFinite(ReadOnlySpan<float> numbers)
    {
        if (double.IsFinite(SumOfSquares(numbers)))
        {
            return -1;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            if (!float.IsFinite(numbers[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static ServiceError? CheckNumbers(Span<float> numbers, string field, bool normalise)
    {
        // The square of any finite float32 fits a double without overflow or underflow, so the one sum tells
        // both what is not finite and what is zero.
        var sum = SumOfSquares(numbers);
        if (!double.IsFinite(sum))
        {
            var position = FirstNotFinite(numbers);
            return ServiceErrors.VectorNotFinite(field, position, numbers[position]);
        }

        if (!normalise)
        {
            return null;
        }

        if (sum == 0)
        {
            return ServiceErrors.VectorIsZero(field);
        }

        if (Math.Abs(sum - 1) > UnitError)
        {
            Scale(numbers, 1 / Math.Sqrt(sum));
        }

        return null;
    }

    private static double SumOfSquares(ReadOnlySpan<float> numbers)
    {
        var lower = Vector<double>.Zero;
        var upper = Vector<double>.Zero;
        var i = 0;
        for (; i <= numbers.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(numbers[i..]), out var low, out var high);
            lower += low * low;
            upper += high * high;
        }

        var sum = Vector.Sum(lower + upper);
        for (; i < numbers.Length; i++)
        {
            sum += (double)numbers[i] * numbers[i];
        }

        return sum;
    }

    // In double: the factor of a tiny vector would overflow float32.
    private static void Scale(Span<float> numbers, double factor)
    {
        var i = 0;
        for (; i <= numbers.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(numbers[i..]), out var low, out var high);
            Vector.Narrow(low * factor, high * factor).CopyTo(numbers[i..]);
        }

        for (; i < numbers.Length; i++)
        {
            numbers[i] = (float)(numbers[i] * factor);
        }
    }
}
