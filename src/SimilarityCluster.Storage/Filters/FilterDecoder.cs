namespace SimilarityCluster.Storage.Filters;

/// <summary>Reads an encoded <c>similarity.v1.Filter</c>.</summary>
internal sealed class FilterDecoder
{
    private const int MaxConditions = 1_024;
    private const int MaxDepth = 32;

    private readonly List<FieldCondition> _conditions = [];

    /// <summary>Reads a filter.</summary>
    /// <param name="encoded">The message.</param>
    /// <returns>Its tree and the conditions that this refers to.</returns>
    /// <exception cref="FormatException">It is no filter.</exception>
    internal static (FilterNode Root, FieldCondition[] Conditions) Decode(ReadOnlySpan<byte> encoded)
    {
        var decoder = new FilterDecoder();
        var root = decoder.Node(encoded, depth: 1);
        return (root, [.. decoder._conditions]);
    }

    private FilterNode Node(ReadOnlySpan<byte> message, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Bad($"a depth of at most {MaxDepth}", "a deeper one");
        }

        var condition = 0;
        var content = ReadOnlySpan<byte>.Empty;
        var reader = new WireReader(message);
        while (reader.MoveNext())
        {
            if (!reader.HasBytes || condition != 0)
            {
                throw Bad("one condition a filter", $"also field {reader.Field}");
            }

            condition = reader.Field;
            content = reader.Bytes;
        }

        ThrowIfDamaged(reader);
        return condition switch
        {
            1 => new AllOf(Nodes(content, depth)),
            2 => new AnyOf(Nodes(content, depth)),
            3 => new Not(Node(content, depth + 1)),
            4 => Leaf(content, one: 2, EqualTo),
            5 => Leaf(content, one: 0, EqualTo),
            6 => Leaf(content, one: 0, Between),
            7 => Leaf(content, one: 0, static _ => [KeyRange.All]),
            8 => Leaf(content, one: 2, static values => [KeyRange.Of(Item(values))]),
            9 => Leaf(content, one: 2, static values => [KeyRange.StartingWith(values[0].Bytes)]),
            _ => throw Bad("a condition", condition == 0 ? "none" : $"field {condition}"),
        };
    }

    private List<FilterNode> Nodes(ReadOnlySpan<byte> list, int depth)
    {
        var nodes = new List<FilterNode>();
        var reader = new WireReader(list);
        while (reader.MoveNext())
        {
            nodes.Add(Node(reader.Bytes, depth + 1));
        }

        ThrowIfDamaged(reader);
        return nodes.Count > 0 ? nodes : throw Bad("at least one filter in a list", "none");
    }

    private static byte[] Item(List<(int Field, byte[] Bytes)> values) =>
        new FieldKey(FieldKind.ListItem, values[0].Bytes).ToArray();

    private Holds Leaf(
        ReadOnlySpan<byte> message,
        int one,
        Func<List<(int Field, byte[] Bytes)>, IEnumerable<KeyRange>> read)
    {
        var field = ReadOnlySpan<byte>.Empty;
        var values = new List<(int Field, byte[] Bytes)>();
        var reader = new WireReader(message);
        while (reader.MoveNext())
        {
            if (reader.Field == 1)
            {
                field = reader.Bytes;
            }
            else
            {
                values.Add((reader.Field, reader.Bytes.ToArray()));
            }
        }

        ThrowIfDamaged(reader);
        if (one != 0 && (values.Count != 1 || values[0].Field != one))
        {
            throw Bad("one value", $"{values.Count}");
        }

        if (_conditions.Count == MaxConditions)
        {
            throw Bad($"at most {MaxConditions} conditions", "more");
        }

        KeyRange[] ranges = [.. read(values)];
        _conditions.Add(ranges.Length > 0
            ? new FieldCondition(field, ranges)
            : throw Bad("at least one value", "none"));
        return new Holds(_conditions.Count - 1);
    }

    private static IEnumerable<KeyRange> EqualTo(List<(int Field, byte[] Bytes)> values) =>
        values.Select(value => KeyRange.Of(KeyOf(value.Bytes)));

    private static IEnumerable<KeyRange> Between(List<(int Field, byte[] Bytes)> bounds)
    {
        var (low, end) = (Array.Empty<byte>(), Array.Empty<byte>());
        foreach (var (field, bytes) in bounds)
        {
            var key = KeyOf(bytes);
            (low, end) = field switch
            {
                2 when low.Length == 0 => (KeyRange.After(key), end),
                3 when low.Length == 0 => (key, end),
                4 when end.Length == 0 => (low, key),
                5 when end.Length == 0 => (low, KeyRange.After(key)),
                _ => throw Bad("one bound of either side", $"also field {field}"),
            };
        }

        if (low.Length > 0 && end.Length > 0 && low[0] != end[0])
        {
            throw Bad("bounds of one type", "two");
        }

        if (low.Length == 0 && end.Length == 0)
        {
            return [];
        }

        var kind = (FieldKind)(low.Length > 0 ? low : end)[0];
        return
        [
            new KeyRange(
                low.Length > 0 ? low : KeyRange.FirstOf(kind), end.Length > 0 ? end : KeyRange.EndOf(kind)),
        ];
    }

    private static byte[] KeyOf(ReadOnlySpan<byte> value)
    {
        Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
        return MetadataReader.TryReadValue(value, scratch, out var key, out _)
            && key.Kind < FieldKind.ListItem
            ? key.ToArray()
            : throw Bad("a string, a number, a bool or a timestamp", "another value");
    }

    private static void ThrowIfDamaged(in WireReader reader)
    {
        if (reader.IsDamaged)
        {
            throw Bad("an encoded filter", "other bytes");
        }
    }

    private static FormatException Bad(string expected, string given) =>
        new($"filter: expected {expected}, given {given}.");
}
