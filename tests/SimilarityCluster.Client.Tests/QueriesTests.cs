using SimilarityCluster.Contracts;

namespace SimilarityCluster.Client.Tests;

public sealed class QueriesTests
{
    [Fact]
    public void ByVector_Numbers_ArePacked() =>
        Assert.Equal([1f, -2f], PackedVector.ToArray(Queries.ByVector([1f, -2f]).Vector));

    [Fact]
    public void ById_Id_IsTaken() => Assert.Equal("a", Queries.ById("a").Id);

    [Fact]
    public void ByImage_Bytes_AreCopied() =>
        Assert.Equal([1, 2], Queries.ByImage([1, 2]).Input.Image.ToByteArray());

    [Fact]
    public void ByText_Text_IsTaken() => Assert.Equal("red", Queries.ByText("red").Input.Text);
}
