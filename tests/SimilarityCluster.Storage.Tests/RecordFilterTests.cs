using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class RecordFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Matches_RandomFiltersAndMetadata_EqualsTheModel(int seed)
    {
        var sample = new FilterSample(new Random(seed));
        var matches = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var (model, metadata) = (sample.Filter(), sample.Metadata());

            var given = model.Filter.Matches(FilterModel.EncodeMetadata(metadata));

            Assert.True(model.Matches(metadata) == given, $"seed {seed}, round {round}: {model}");
            matches += given ? 1 : 0;
        }

        Assert.InRange(matches, 2_000, 18_000); // Or the test would say little.
    }

    [Fact]
    public void Matches_FieldThatIsThereInEveryType_HoldsForExistsOnly()
    {
        object[] values =
            ["", 0L, 0.0, false, DateTime.UnixEpoch, Array.Empty<string>(), Array.Empty<byte>()];
        foreach (var value in values)
        {
            var metadata = new Dictionary<string, object>(StringComparer.Ordinal) { ["f"] = value };
            var encoded = FilterModel.EncodeMetadata(metadata);
            Assert.True(new ExistsModel("f").Filter.Matches(encoded));
            Assert.False(new ExistsModel("g").Filter.Matches(encoded));
            Assert.False(new ContainsModel("f", "x").Filter.Matches(encoded));
        }
    }

    [Fact]
    public void Matches_AnyBytesForMetadata_GivesAnAnswer()
    {
        var random = new Random(7);
        var sample = new FilterSample(random);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = FilterModel.EncodeMetadata(sample.Metadata());
            Mutate(random, ref bytes);
            var filter = sample.Filter().Filter;

            Assert.Equal(filter.Matches(bytes), RecordFilter.Decode(filter.Encoded.Span).Matches(bytes));
        }
    }

    [Fact]
    public void Decode_AnyBytes_IsAFilterOrAnArgumentException()
    {
        var random = new Random(8);
        var sample = new FilterSample(random);
        var (good, bad) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = sample.Filter().Encode();
            Mutate(random, ref bytes);
            try
            {
                _ = RecordFilter.Decode(bytes).Matches(bytes);
                good++;
            }
            catch (ArgumentException)
            {
                bad++;
            }
        }

        Assert.True(good > 1_000 && bad > 1_000, $"{good} good, {bad} bad");
    }

    [Theory]
    [MemberData(nameof(NoFilters))]
    public void Decode_NoFilter_SaysWhatWasExpected(byte[] encoded, string expected)
    {
        var fault = Assert.Throws<ArgumentException>(() => RecordFilter.Decode(encoded));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Equal("encoded", fault.ParamName);
    }

    public static TheoryData<byte[], string> NoFilters()
    {
        var exists = new ExistsModel("f").Encode();
        var deep = exists;
        for (var depth = 0; depth < 32; depth++)
        {
            deep = Wire.Message(3, deep);
        }

        var list = Wire.Message(6, Wire.Text(1, "x"));
        return new TheoryData<byte[], string>
        {
            { [], "a condition" },
            { Wire.Message(10), "a condition" },
            { [.. exists, .. exists], "one condition a filter" },
            { Wire.Number(4, 1), "one condition a filter" },
            { Wire.Message(1), "at least one filter" },
            { Wire.Message(4, Wire.Text(1, "f")), "one value" },
            { Wire.Message(4, Wire.Text(1, "f"), Wire.Message(2)), "a string, a number" },
            { Wire.Message(4, Wire.Text(1, "f"), Wire.Message(2, list)), "a string, a number" },
            { Wire.Message(5, Wire.Text(1, "f")), "at least one value" },
            { new RangeModel("f", []).Encode(), "at least one value" },
            { new RangeModel("f", [(2, 1L), (3, 1L)]).Encode(), "one bound of either side" },
            { new RangeModel("f", [(2, 1L), (5, "x")]).Encode(), "bounds of one type" },
            { deep, "depth" },
            { Wire.Message(1, Enumerable.Repeat(Wire.Message(1, exists), 1_025)), "1024 conditions" },
            { [0x0A, 0x05, 0x01], "an encoded filter" },
        };
    }

    private static void Mutate(Random random, ref byte[] bytes)
    {
        for (var change = random.Next(1, 4); change > 0 && bytes.Length > 0; change--)
        {
            switch (random.Next(3))
            {
                case 0:
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes = bytes[..random.Next(bytes.Length)];
                    break;
                default:
                    var at = random.Next(bytes.Length);
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
            }
        }
    }
}
