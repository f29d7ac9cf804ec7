using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client.Tests;

public sealed class FiltersTests
{
    private static readonly Filter A = Filters.Exists("a");
    private static readonly Filter B = Filters.Exists("b");
    private static readonly Filter C = Filters.Exists("c");

    [Fact]
    public void FilterValue_OfEachType_IsItsKind()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));

        Assert.Equal("x", ((FilterValue)"x").Message.StringValue);
        Assert.Equal(5, ((FilterValue)5).Message.IntegerValue);
        Assert.Equal(5.5, ((FilterValue)5.5f).Message.DoubleValue);
        Assert.True(((FilterValue)true).Message.BoolValue);
        Assert.Equal(Timestamp.FromDateTimeOffset(time), ((FilterValue)time).Message.TimestampValue);
    }

    [Fact]
    public void Equal_FieldAndValue_AreTaken()
    {
        var filter = Filters.Equal("label", "cat");

        Assert.Equal(("label", "cat"), (filter.Equals_.Field, filter.Equals_.Value.StringValue));
    }

    [Fact]
    public void In_MixedValues_AreTakenInOrder()
    {
        var values = Filters.In("f", "cat", 5, true).In.Values;

        Assert.Equal(("cat", 5, true), (values[0].StringValue, values[1].IntegerValue, values[2].BoolValue));
        Assert.Equal(3, values.Count);
    }

    [Fact]
    public void Range_SomeBounds_LeavesTheOthersUnset() =>
        Assert.Equal(
            new Filter
            {
                Range = new()
                {
                    Field = "price",
                    AtLeast = new() { IntegerValue = 5 },
                    Below = new() { DoubleValue = 9.5 },
                },
            },
            Filters.Range("price", atLeast: 5, below: 9.5));

    [Fact]
    public void Range_TheOtherBounds_AreTaken() =>
        Assert.Equal(
            new Filter
            {
                Range = new()
                {
                    Field = "f",
                    Above = new() { StringValue = "a" },
                    AtMost = new() { StringValue = "b" },
                },
            },
            Filters.Range("f", above: "a", atMost: "b"));

    [Fact]
    public void Contains_EmptyText_IsSet() =>
        Assert.True(Filters.Contains("tags", string.Empty).Contains.HasValue);

    [Fact]
    public void StartsWith_FieldAndPrefix_AreTaken()
    {
        var filter = Filters.StartsWith("label", "ca");

        Assert.Equal(("label", "ca"), (filter.StartsWith.Field, filter.StartsWith.Prefix));
    }

    [Fact]
    public void Operators_ChainsAndMixes_JoinFlatAndLeaveTheirPartsAlone()
    {
        var both = A & B;

        Assert.Equal(Filters.All(A, B, C), both & C);
        Assert.Equal(Filters.All(A, B), both);
        Assert.Equal(Filters.Any(A, B, C), A | B | C);
        Assert.Equal(Filters.Any(Filters.All(A, B), C), (A & B) | C);
        Assert.Equal(new Filter { Not = A }, !A);
    }

    [Fact]
    public void Operators_ChainLongerThanAList_NestsOnlyThen()
    {
        var chain = Enumerable.Repeat(A, 257).Aggregate((left, right) => left & right);

        Assert.Equal(2, chain.AllOf.Filters.Count);
        Assert.Equal(256, chain.AllOf.Filters[0].AllOf.Filters.Count);
    }
}
