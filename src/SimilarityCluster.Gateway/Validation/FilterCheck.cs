using System.Text;
using Google.Protobuf;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using Kind = SimilarityCluster.Contracts.V1.MetadataValue.KindOneofCase;

namespace SimilarityCluster.Gateway.Validation;

/// <summary>The promises of the protos about filters.</summary>
internal sealed class FilterCheck
{
    private static readonly MessageParser<Filter> KnownParser =
        Filter.Parser.WithDiscardUnknownFields(discardUnknownFields: true);

    private int _conditions;

    private FilterCheck()
    {
    }

    /// <summary>Checks a filter and encodes it for the shards.</summary>
    /// <param name="filter">The filter, or null.</param>
    /// <param name="field">Path of the filter.</param>
    /// <returns>The encoded message, or null when there is none.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_FIELD, naming the part that is malformed.</exception>
    public static byte[]? Read(Filter? filter, string field)
    {
        if (filter is null)
        {
            return null;
        }

        var size = filter.CalculateSize();
        if (size > WireLimits.MaxFilterBytes)
        {
            ServiceErrors.InvalidField(field, "at most 65,536 encoded bytes", Check.Bytes(size)).Throw();
        }

        new FilterCheck().CheckFilter(field, filter, depth: 1).Throw();
        var encoded = filter.ToByteArray();

        // What a later version adds must not be passed over: other records would be meant.
        if (KnownParser.ParseFrom(encoded).CalculateSize() != size)
        {
            ServiceErrors.InvalidField(field, "fields of this version", "others beside them").Throw();
        }

        return encoded;
    }

    private ServiceError? CheckFilter(string field, Filter filter, int depth)
    {
        if (depth > WireLimits.MaxFilterDepth)
        {
            return ServiceErrors.InvalidField(field, "a depth of at most 32 filters", "a deeper one");
        }

        switch (filter.ConditionCase)
        {
            case Filter.ConditionOneofCase.AllOf:
                return CheckList(filter.AllOf, depth)?.Below("all_of").Below(field);
            case Filter.ConditionOneofCase.AnyOf:
                return CheckList(filter.AnyOf, depth)?.Below("any_of").Below(field);
            case Filter.ConditionOneofCase.Not:
                return CheckFilter("not", filter.Not, depth + 1)?.Below(field);
        }

        return ++_conditions > WireLimits.MaxFilterConditions
            ? ServiceErrors.InvalidField(field, "at most 1,024 conditions in all", "more")
            : CheckCondition(filter)?.Below(field);
    }

    private ServiceError? CheckList(FilterList list, int depth)
    {
        if (list.Filters.Count is < 1 or > WireLimits.MaxFilterList)
        {
            return ServiceErrors.InvalidField(
                "filters", "1 to 256 filters", Check.Number(list.Filters.Count));
        }

        for (var i = 0; i < list.Filters.Count; i++)
        {
            if (CheckFilter($"filters[{i}]", list.Filters[i], depth + 1) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static ServiceError? CheckCondition(Filter filter) => filter.ConditionCase switch
    {
        Filter.ConditionOneofCase.Equals_ =>
            (CheckName(filter.Equals_.Field) ?? CheckValue("value", filter.Equals_.Value))?.Below("equals"),
        Filter.ConditionOneofCase.In => CheckIn(filter.In)?.Below("in"),
        Filter.ConditionOneofCase.Range =>
            CheckBounds(filter.Range) ?? CheckRange(filter.Range)?.Below("range"),
        Filter.ConditionOneofCase.Exists => CheckName(filter.Exists.Field)?.Below("exists"),
        Filter.ConditionOneofCase.Contains => CheckContains(filter.Contains)?.Below("contains"),
        Filter.ConditionOneofCase.StartsWith => CheckStartsWith(filter.StartsWith)?.Below("starts_with"),
        _ => ServiceErrors.InvalidField("condition", "exactly one condition", "none"),
    };

    private static ServiceError? CheckIn(FieldIn condition)
    {
        if (CheckName(condition.Field) is { } error)
        {
            return error;
        }

        if (condition.Values.Count is < 1 or > WireLimits.MaxFilterValues)
        {
            return ServiceErrors.InvalidField(
                "values", "1 to 1,024 values", Check.Number(condition.Values.Count));
        }

        for (var i = 0; i < condition.Values.Count; i++)
        {
            if (CheckValue($"values[{i}]", condition.Values[i]) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static ServiceError? CheckBounds(FieldRange range) =>
        range is { Above: null, AtLeast: null, Below: null, AtMost: null }
            ? ServiceErrors.InvalidField(
                "range", "at least one of above, at_least, below and at_most", "none")
            : null;

    private static ServiceError? CheckRange(FieldRange range)
    {
        if (CheckName(range.Field) is { } error)
        {
            return error;
        }

        if (range is { Above: not null, AtLeast: not null })
        {
            return ServiceErrors.InvalidField("at_least", "none beside above", "both");
        }

        if (range is { Below: not null, AtMost: not null })
        {
            return ServiceErrors.InvalidField("at_most", "none beside below", "both");
        }

        var low = range.Above ?? range.AtLeast;
        var high = range.Below ?? range.AtMost;
        var lowName = range.Above is null ? "at_least" : "above";
        var highName = range.Below is null ? "at_most" : "below";
        var wrong = CheckBound(lowName, low) ?? CheckBound(highName, high);
        if (wrong is not null)
        {
            return wrong;
        }

        return low is null || high is null || FamilyOf(low) == FamilyOf(high)
            ? null
            : ServiceErrors.InvalidField(
                highName, $"{NameOf(FamilyOf(low))} as {lowName}", NameOf(FamilyOf(high)));
    }

    private static ServiceError? CheckBound(string field, MetadataValue? bound) => bound?.KindCase switch
    {
        null => null,
        Kind.BoolValue => ServiceErrors.InvalidField(field, "a number, a timestamp or a string", "a bool"),
        _ => CheckValue(field, bound),
    };

    // Integers and doubles are compared with each other.
    private static Kind FamilyOf(MetadataValue value) =>
        value.KindCase == Kind.IntegerValue ? Kind.DoubleValue : value.KindCase;

    private static string NameOf(Kind kind) => kind switch
    {
        Kind.DoubleValue => "a number",
        Kind.TimestampValue => "a timestamp",
        Kind.StringValue => "a string",
        Kind.ListValue => "a list",
        Kind.BytesValue => "bytes",
        _ => "none",
    };

    private static ServiceError? CheckContains(FieldContains condition) =>
        CheckName(condition.Field)
        ?? (condition.HasValue ? null : ServiceErrors.InvalidField("value", "a string", "none"));

    private static ServiceError? CheckStartsWith(FieldStartsWith condition) =>
        CheckName(condition.Field)
        ?? (condition.Prefix.Length > 0
            ? null
            : ServiceErrors.InvalidField("prefix", "at least 1 byte of UTF-8", "0 bytes"));

    private static ServiceError? CheckName(string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        return bytes is >= 1 and <= WireLimits.MaxFieldNameBytes
            ? null
            : ServiceErrors.InvalidField(
                "field", "a field name of 1 to 128 bytes of UTF-8", Check.Bytes(bytes));
    }

    private static ServiceError? CheckValue(string field, MetadataValue? value) => value?.KindCase switch
    {
        null or Kind.None or Kind.ListValue or Kind.BytesValue => ServiceErrors.InvalidField(
            field,
            "a string, an integer, a double, a bool or a timestamp",
            NameOf(value?.KindCase ?? Kind.None)),
        _ => MetadataCheck.ErrorOf(value)?.Below(field),
    };
}
