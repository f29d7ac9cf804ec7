namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Seeded metadata and filters of few values, so that they often meet.</summary>
/// <param name="random">Draws them.</param>
/// <param name="fieldCount">Fields that there are.</param>
internal sealed class FilterSample(Random random, int fieldCount = 6)
{
    private static readonly string[] Texts =
        ["", "a", "ab", "abc", "b", "zz", "ä", "äb", "\U0001F600", "0"];

    private static readonly object[] Scalars =
    [
        "a", "ab", "b", "ä", "0", 0L, 5L, -3L, 1L << 53, (1L << 53) + 1, (1L << 53) + 2, long.MaxValue,
        long.MaxValue - 1, long.MinValue, 0.0, -0.0, 5.0, 0.5, -3.5, 9_007_199_254_740_992.0,
        9_223_372_036_854_775_808.0, 1e300, double.Epsilon, true, false, DateTime.UnixEpoch,
        DateTime.UnixEpoch.AddTicks(-1), DateTime.UnixEpoch.AddSeconds(1.5), DateTime.MinValue,
    ];

    internal SortedDictionary<string, object> Metadata()
    {
        var metadata = new SortedDictionary<string, object>(StringComparer.Ordinal);
        for (var count = random.Next(5); count > 0; count--)
        {
            metadata[Field()] = random.Next(6) switch
            {
                0 => Enumerable.Range(0, random.Next(4)).Select(_ => One(Texts)).ToArray(),
                1 when random.Next(3) == 0 => new byte[random.Next(3)],
                _ => One(Scalars),
            };
        }

        return metadata;
    }

    internal FilterModel Filter(int depth = 3) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => new EqualsModel(Field(), One(Scalars)),
        1 => new InModel(Field(), [.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => One(Scalars))]),
        2 => Range(),
        3 => new ExistsModel(Field()),
        4 => new ContainsModel(Field(), One(Texts)),
        5 => new StartsWithModel(Field(), One(Texts)),
        6 => new NotModel(Filter(depth - 1)),
        7 => new AllModel(Filters(depth)),
        _ => new AnyModel(Filters(depth)),
    };

    private FilterModel[] Filters(int depth) =>
        [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Filter(depth - 1))];

    private RangeModel Range()
    {
        var low = One(Scalars);
        object[] others = [.. Scalars.Where(value => FilterModel.Compare(low, value) is not null)];
        var (lowSide, highSide) = (2 + random.Next(2), 4 + random.Next(2));
        (int Side, object Value)[] bounds = [(lowSide, low), (highSide, One(others))];
        return new RangeModel(Field(), random.Next(3) switch
        {
            0 => bounds[..1],
            1 => bounds[1..],
            _ => bounds,
        });
    }

    private string Field() => $"field{random.Next(fieldCount)}";

    private T One<T>(T[] values) => values[random.Next(values.Length)];
}
