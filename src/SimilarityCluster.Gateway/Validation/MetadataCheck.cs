using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Gateway.Validation;

/// <summary>The promises of the protos about metadata.</summary>
internal static class MetadataCheck
{
    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of google.protobuf.Timestamp.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Checks the metadata of one record.</summary>
    /// <param name="metadata">The metadata, or null.</param>
    /// <returns>What is wrong with it, its field beginning with <c>metadata</c>, or null.</returns>
    public static ServiceError? ErrorOf(Metadata? metadata)
    {
        if (metadata is null)
        {
            return null;
        }

        if (metadata.Fields.Count > WireLimits.MaxMetadataFields)
        {
            return ServiceErrors.InvalidField(
                "metadata.fields", "at most 256 fields", $"{Check.Number(metadata.Fields.Count)} fields");
        }

        var size = metadata.CalculateSize();
        if (size > WireLimits.MaxMetadataBytes)
        {
            return ServiceErrors.InvalidField("metadata", "at most 65,536 encoded bytes", Check.Bytes(size));
        }

        foreach (var (name, value) in metadata.Fields)
        {
            var error = CheckName(name) ?? ErrorOf(value)?.Below($"metadata.fields[{name}]");
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Checks one value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>What is wrong with it, its field relative to the value, or null.</returns>
    public static ServiceError? ErrorOf(MetadataValue value) => value.KindCase switch
    {
        MetadataValue.KindOneofCase.None =>
            ServiceErrors.InvalidField("kind", "exactly one kind of value", "none"),
        MetadataValue.KindOneofCase.DoubleValue when !double.IsFinite(value.DoubleValue) =>
            ServiceErrors.InvalidField(
                "double_value", "a finite number", value.DoubleValue.ToString(CultureInfo.InvariantCulture)),
        MetadataValue.KindOneofCase.ListValue when value.ListValue.Values.Count > WireLimits.MaxListStrings =>
            ServiceErrors.InvalidField(
                "list_value", "at most 1,024 strings", Check.Number(value.ListValue.Values.Count)),
        MetadataValue.KindOneofCase.TimestampValue when !IsPointInTime(value.TimestampValue) =>
            ServiceErrors.InvalidField(
                "timestamp_value", "a time of the years 1 to 9999 with 0 to 999,999,999 nanoseconds",
                $"{Check.Number(value.TimestampValue.Seconds)} s and "
                + $"{Check.Number(value.TimestampValue.Nanos)} ns"),
        _ => null,
    };

    private static ServiceError? CheckName(string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        return bytes is >= 1 and <= WireLimits.MaxFieldNameBytes
            ? null
            : ServiceErrors.InvalidField(
                "metadata.fields", "field names of 1 to 128 bytes of UTF-8", Check.Bytes(bytes));
    }

    private static bool IsPointInTime(Timestamp time) =>
        time.Seconds is >= FirstSecond and <= LastSecond && time.Nanos is >= 0 and <= 999_999_999;
}
