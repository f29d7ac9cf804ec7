using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>Sets typed metadata fields without spelling the messages out.</summary>
public static class MetadataExtensions
{
    /// <summary>Sets a field to a text.</summary>
    /// <param name="metadata">The metadata to change.</param>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The text.</param>
    /// <returns>The same metadata.</returns>
    public static Metadata Set(this Metadata metadata, string field, string value) =>
        Set(metadata, field, new MetadataValue { StringValue = value });

    /// <summary>Sets a field to a whole number.</summary>
    /// <param name="metadata">The metadata to change.</param>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The number.</param>
    /// <returns>The same metadata.</returns>
    public static Metadata Set(this Metadata metadata, string field, long value) =>
        Set(metadata, field, new MetadataValue { IntegerValue = value });

    /// <summary>Sets a field to a point in time.</summary>
    /// <param name="metadata">The metadata to change.</param>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The time, kept to 100 ns.</param>
    /// <returns>The same metadata.</returns>
    public static Metadata Set(this Metadata metadata, string field, DateTimeOffset value) =>
        Set(metadata, field, new MetadataValue { TimestampValue = Timestamp.FromDateTimeOffset(value) });

    /// <summary>Sets a field to any value that the wire knows.</summary>
    /// <param name="metadata">The metadata to change.</param>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The value.</param>
    /// <returns>The same metadata.</returns>
    public static Metadata Set(this Metadata metadata, string field, MetadataValue value)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        metadata.Fields[field] = value;
        return metadata;
    }

    /// <summary>Reads a text field.</summary>
    /// <param name="metadata">The metadata, or null when none was asked for.</param>
    /// <param name="field">Its name.</param>
    /// <returns>The text, or null when there is no such field or it is no text.</returns>
    public static string? Text(this Metadata? metadata, string field) =>
        metadata is not null && metadata.Fields.TryGetValue(field, out var value) && value.HasStringValue
            ? value.StringValue
            : null;
}
