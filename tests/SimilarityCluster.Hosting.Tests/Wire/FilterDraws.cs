using Google.Protobuf;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>Values of every type, and filters and metadata drawn from them.</summary>
internal static class FilterDraws
{
    private const long TwoTo53 = 1L << 53;

    /// <summary>Values that a condition may name.</summary>
    public static IReadOnlyList<MetadataValue> Singles { get; } =
    [
        .. new[] { string.Empty, "cat", "catfish", "dog", "é", "\U0001F600", "\uFFFD" }
            .Select(text => new MetadataValue { StringValue = text }),
        .. new[] { 0, 5, -5, TwoTo53, TwoTo53 + 1, long.MinValue, long.MaxValue }
            .Select(number => new MetadataValue { IntegerValue = number }),
        .. new[] { 0.0, -0.0, 5, 5.5, -5.5, TwoTo53, 9.3e18, -9.3e18, double.MaxValue / 4 }
            .Select(number => new MetadataValue { DoubleValue = number }),
        new() { BoolValue = false },
        new() { BoolValue = true },
        .. new[] { (-1L, 0), (-1L, 999_999_999), (0L, 0), (1_770_000_000L, 1) }.Select(
            time => new MetadataValue
            {
                TimestampValue = new() { Seconds = time.Item1, Nanos = time.Item2 },
            }),
    ];

    /// <summary>Values that a record may have.</summary>
    public static IReadOnlyList<MetadataValue> Values { get; } =
    [
        .. Singles,
        new() { ListValue = new() },
        new() { ListValue = new() { Values = { "cat", string.Empty } } },
        new() { ListValue = new() { Values = { "dog", "cat", "dog" } } },
        new() { BytesValue = ByteString.Empty },
        new() { BytesValue = ByteString.CopyFromUtf8("cat") },
    ];

    private static readonly string[] Fields = ["a", "b", "c", "é"];

    /// <summary>Every condition of every kind that the singles allow, on one field.</summary>
    public static IEnumerable<Filter> Conditions(string field)
    {
        yield return new() { Exists = new() { Field = field } };
        foreach (var value in Singles)
        {
            yield return new() { Equals_ = new() { Field = field, Value = value } };
            yield return new() { In = new() { Field = field, Values = { value, Singles[3], Singles[8] } } };
            if (value.HasBoolValue)
            {
                continue;
            }

            yield return new() { Range = new() { Field = field, Above = value } };
            yield return new() { Range = new() { Field = field, AtLeast = value } };
            yield return new() { Range = new() { Field = field, Below = value } };
            yield return new() { Range = new() { Field = field, AtMost = value } };
            yield return new() { Range = new() { Field = field, AtLeast = value, AtMost = value } };
            yield return new() { Range = new() { Field = field, Above = value, Below = value } };
            if (value.HasStringValue)
            {
                yield return new() { Contains = new() { Field = field, Value = value.StringValue } };
            }

            if (value.HasStringValue && value.StringValue.Length > 0)
            {
                yield return new() { StartsWith = new() { Field = field, Prefix = value.StringValue } };
            }
        }
    }

    public static Metadata Metadata(Random random)
    {
        var metadata = new Metadata();
        foreach (var field in Fields.Where(_ => random.Next(4) > 0))
        {
            metadata.Fields.Add(field, Values[random.Next(Values.Count)]);
        }

        return metadata;
    }

    public static Filter Filter(Random random, int depth = 3)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            var conditions = Conditions(Fields[random.Next(Fields.Length)]).ToArray();
            return conditions[random.Next(conditions.Length)];
        }

        Filter[] parts =
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Filter(random, depth - 1))];
        return random.Next(3) switch
        {
            0 => new() { Not = parts[0] },
            1 => new() { AllOf = new() { Filters = { parts } } },
            _ => new() { AnyOf = new() { Filters = { parts } } },
        };
    }
}
