using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>What a filter compares a field with; made from a text, a number, a bool or a time.</summary>
/// <param name="message">The value on the wire.</param>
public sealed class FilterValue(MetadataValue message)
{
    /// <summary>The value on the wire.</summary>
    public MetadataValue Message { get; } = message ?? throw new ArgumentNullException(nameof(message));

#pragma warning disable CA2225 // The constructor is the other way to make one.
    /// <summary>Takes a text.</summary>
    /// <param name="value">Compared by its UTF-8 bytes.</param>
    public static implicit operator FilterValue(string value) => new(new() { StringValue = value });

    /// <summary>Takes a whole number.</summary>
    /// <param name="value">Compared with whole and other numbers, exactly.</param>
    public static implicit operator FilterValue(long value) => new(new() { IntegerValue = value });

    /// <summary>Takes a number.</summary>
    /// <param name="value">Finite; compared with whole and other numbers, exactly.</param>
    public static implicit operator FilterValue(double value) => new(new() { DoubleValue = value });

    /// <summary>Takes a bool.</summary>
    /// <param name="value">Has no order: no bound of a range.</param>
    public static implicit operator FilterValue(bool value) => new(new() { BoolValue = value });

    /// <summary>Takes a point in time.</summary>
    /// <param name="value">Of any offset, kept to 100 ns.</param>
    public static implicit operator FilterValue(DateTimeOffset value) =>
        new(new() { TimestampValue = Timestamp.FromDateTimeOffset(value) });
#pragma warning restore CA2225
}
