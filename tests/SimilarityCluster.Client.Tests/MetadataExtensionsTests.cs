using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client.Tests;

public sealed class MetadataExtensionsTests
{
    [Fact]
    public void Set_EachType_SetsItsKind()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(7);

        var metadata = new Metadata().Set("s", "x").Set("i", 5L).Set("t", time);

        Assert.Equal("x", metadata.Fields["s"].StringValue);
        Assert.Equal(5, metadata.Fields["i"].IntegerValue);
        Assert.Equal(Timestamp.FromDateTimeOffset(time), metadata.Fields["t"].TimestampValue);
    }

    [Fact]
    public void Text_MissingOrOtherType_IsNull()
    {
        Assert.Null(new Metadata().Set("i", 5L).Text("i"));
        Assert.Null(new Metadata().Text("s"));
        Assert.Null(((Metadata?)null).Text("s"));
        Assert.Equal("x", new Metadata().Set("s", "x").Text("s"));
    }
}
