using Google.Protobuf;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Contracts.Tests;

public sealed class PackedVectorTests
{
    [Fact]
    public void Pack_Numbers_AreLittleEndianFloat32()
    {
        var vector = PackedVector.Pack([1f, -2f]);

        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], vector.Data.ToByteArray());
        Assert.Equal([1f, -2f], PackedVector.ToArray(vector));
    }

    [Fact]
    public void ToArray_Values_AreTakenToo() =>
        Assert.Equal([1f, 2f], PackedVector.ToArray(new Vector { Values = { 1, 2 } }));

    [Theory]
    [InlineData(3, 0)]
    [InlineData(8, 2)]
    public void ToArray_SplitNumberOrBothForms_IsRefused(int bytes, int values)
    {
        var vector =
            new Vector { Data = ByteString.CopyFrom(new byte[bytes]), Values = { new float[values] } };

        Assert.Equal(-1, PackedVector.DimensionOf(vector));
        Assert.Throws<ArgumentException>(() => PackedVector.ToArray(vector));
    }
}
