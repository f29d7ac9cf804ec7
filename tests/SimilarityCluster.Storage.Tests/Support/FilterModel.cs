#pragma warning disable MA0048 // A tree is read with its nodes.
namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>What a filter means, said another way: by values, not by bytes.</summary>
/// <remarks>
/// Metadata is field to value: string, long, double, bool, <see cref="DateTime"/>, string[] or byte[].
/// </remarks>
internal abstract record FilterModel
{
    internal RecordFilter Filter => RecordFilter.Decode(Encode());

    internal abstract bool Matches(IReadOnlyDictionary<string, object> metadata);

    internal abstract byte[] Encode();

    internal static byte[] EncodeMetadata(IReadOnlyDictionary<string, object> metadata) =>
    [
        .. metadata.SelectMany(pair =>
            Wire.Message(1, Wire.Text(1, pair.Key), Wire.Message(2, EncodeValue(pair.Value)))),
    ];

    internal static byte[] EncodeValue(object value) => value switch
    {
        string text => Wire.Text(1, text),
        long number => Wire.Number(2, (ulong)number),
        double number => Wire.Double(3, number),
        bool flag => Wire.Number(4, flag ? 1ul : 0),
        DateTime time => Wire.Message(5, EncodeTime(time)),
        string[] list => Wire.Message(6, list.Select(item => Wire.Text(1, item))),
        byte[] bytes => Wire.Message(7, bytes),
        _ => throw new ArgumentException($"value: given {value.GetType()}.", nameof(value)),
    };

    /// <summary>Compares two values; null where they cannot be compared.</summary>
    internal static int? Compare(object left, object right) => (left, right) switch
    {
        (string a, string b) => Shards.Utf8(a).AsSpan().SequenceCompareTo(Shards.Utf8(b)),
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => a == b ? 0 : a.CompareTo(b),
        (long a, double b) => CompareExactly(a, b),
        (double a, long b) => -CompareExactly(b, a),
        (bool a, bool b) => a.CompareTo(b),
        (DateTime a, DateTime b) => a.CompareTo(b),
        _ => null,
    };

    private static byte[] EncodeTime(DateTime time)
    {
        var ticks = time.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        (seconds, rest) = rest < 0 ? (seconds - 1, rest + TimeSpan.TicksPerSecond) : (seconds, rest);
        return [.. Wire.Number(1, (ulong)seconds), .. Wire.Number(2, (ulong)rest * 100)];
    }

    private static int CompareExactly(long integer, double other)
    {
        const double twoTo63 = 9_223_372_036_854_775_808.0;
        if (other >= twoTo63 || other < -twoTo63)
        {
            return other > 0 ? -1 : 1;
        }

        var floor = Math.Floor(other);
        return integer != (long)floor ? integer.CompareTo((long)floor) : floor.CompareTo(other);
    }
}

internal sealed record AllModel(FilterModel[] Filters) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        Filters.All(filter => filter.Matches(metadata));

    internal override byte[] Encode() =>
        Wire.Message(1, Filters.Select(filter => Wire.Message(1, filter.Encode())));
}

internal sealed record AnyModel(FilterModel[] Filters) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        Filters.Any(filter => filter.Matches(metadata));

    internal override byte[] Encode() =>
        Wire.Message(2, Filters.Select(filter => Wire.Message(1, filter.Encode())));
}

internal sealed record NotModel(FilterModel Inner) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) => !Inner.Matches(metadata);

    internal override byte[] Encode() => Wire.Message(3, Inner.Encode());
}

internal sealed record EqualsModel(string Field, object Value) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.TryGetValue(Field, out var value) && Compare(value, Value) == 0;

    internal override byte[] Encode() =>
        Wire.Message(4, Wire.Text(1, Field), Wire.Message(2, EncodeValue(Value)));
}

internal sealed record InModel(string Field, object[] Values) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.TryGetValue(Field, out var value) && Values.Any(each => Compare(value, each) == 0);

    internal override byte[] Encode() => Wire.Message(
        5, Values.Select(value => Wire.Message(2, EncodeValue(value))).Prepend(Wire.Text(1, Field)));
}

/// <summary>Bounds by field number: 2 above, 3 at least, 4 below, 5 at most.</summary>
internal sealed record RangeModel(string Field, (int Side, object Value)[] Bounds) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.TryGetValue(Field, out var value) && Array.TrueForAll(Bounds, bound => bound.Side switch
        {
            2 => Compare(value, bound.Value) > 0,
            3 => Compare(value, bound.Value) >= 0,
            4 => Compare(value, bound.Value) < 0,
            _ => Compare(value, bound.Value) <= 0,
        });

    internal override byte[] Encode() => Wire.Message(
        6,
        Bounds.Select(bound => Wire.Message(bound.Side, EncodeValue(bound.Value)))
            .Prepend(Wire.Text(1, Field)));
}

internal sealed record ExistsModel(string Field) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.ContainsKey(Field);

    internal override byte[] Encode() => Wire.Message(7, Wire.Text(1, Field));
}

internal sealed record ContainsModel(string Field, string Value) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.TryGetValue(Field, out var value) && value is string[] list
            && list.Contains(Value, StringComparer.Ordinal);

    internal override byte[] Encode() => Wire.Message(8, Wire.Text(1, Field), Wire.Text(2, Value));
}

internal sealed record StartsWithModel(string Field, string Prefix) : FilterModel
{
    internal override bool Matches(IReadOnlyDictionary<string, object> metadata) =>
        metadata.TryGetValue(Field, out var value) && value is string text
            && text.StartsWith(Prefix, StringComparison.Ordinal);

    internal override byte[] Encode() => Wire.Message(9, Wire.Text(1, Field), Wire.Text(2, Prefix));
}
