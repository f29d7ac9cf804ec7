using System.Numerics;
using System.Text;
using SimilarityCluster.Contracts.V1;
using Kind = SimilarityCluster.Contracts.V1.MetadataValue.KindOneofCase;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>What filters mean, written down once more from the comments of the protos.</summary>
internal static class FilterModel
{
    public static bool Means(Filter filter, Metadata metadata) => filter.ConditionCase switch
    {
        Filter.ConditionOneofCase.AllOf => filter.AllOf.Filters.All(each => Means(each, metadata)),
        Filter.ConditionOneofCase.AnyOf => filter.AnyOf.Filters.Any(each => Means(each, metadata)),
        Filter.ConditionOneofCase.Not => !Means(filter.Not, metadata),
        Filter.ConditionOneofCase.Equals_ =>
            Field(metadata, filter.Equals_.Field) is { } value && Compare(value, filter.Equals_.Value) == 0,
        Filter.ConditionOneofCase.In => Field(metadata, filter.In.Field) is { } value
            && filter.In.Values.Any(each => Compare(value, each) == 0),
        Filter.ConditionOneofCase.Range =>
            Field(metadata, filter.Range.Field) is { } value && IsIn(value, filter.Range),
        Filter.ConditionOneofCase.Exists => Field(metadata, filter.Exists.Field) is not null,
        Filter.ConditionOneofCase.Contains => Field(metadata, filter.Contains.Field)?.ListValue is { } list
            && list.Values.Contains(filter.Contains.Value),
        Filter.ConditionOneofCase.StartsWith =>
            Field(metadata, filter.StartsWith.Field) is { KindCase: Kind.StringValue } text
            && text.StringValue.StartsWith(filter.StartsWith.Prefix, StringComparison.Ordinal),
        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
    };

    private static MetadataValue? Field(Metadata metadata, string name) =>
        metadata.Fields.TryGetValue(name, out var value) ? value : null;

    private static bool IsIn(MetadataValue value, FieldRange range) =>
        (range.Above is null || Compare(value, range.Above) > 0)
        && (range.AtLeast is null || Compare(value, range.AtLeast) >= 0)
        && (range.Below is null || Compare(value, range.Below) < 0)
        && (range.AtMost is null || Compare(value, range.AtMost) <= 0);

    /// <summary>Null when they do not compare.</summary>
    private static int? Compare(MetadataValue one, MetadataValue other) =>
        (one.KindCase, other.KindCase) switch
        {
            (Kind.StringValue, Kind.StringValue) => Encoding.UTF8.GetBytes(one.StringValue).AsSpan()
                .SequenceCompareTo(Encoding.UTF8.GetBytes(other.StringValue)),
            (Kind.IntegerValue or Kind.DoubleValue, Kind.IntegerValue or Kind.DoubleValue) =>
                Halves(one).CompareTo(Halves(other)),
            (Kind.BoolValue, Kind.BoolValue) => one.BoolValue.CompareTo(other.BoolValue),
            (Kind.TimestampValue, Kind.TimestampValue) =>
                (one.TimestampValue.Seconds, one.TimestampValue.Nanos)
                    .CompareTo((other.TimestampValue.Seconds, other.TimestampValue.Nanos)),
            _ => null,
        };

    // Exact, since the tests take no finer fractions.
    private static BigInteger Halves(MetadataValue value) => value.KindCase == Kind.IntegerValue
        ? 2 * (BigInteger)value.IntegerValue
        : (BigInteger)(2 * value.DoubleValue);
}
