using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests.Codes;

public sealed class CodeChoiceTests
{
    [Theory]
    [InlineData(256, 20, 2_048, VectorCode.Principal)]
    [InlineData(128, 128, 2_048, VectorCode.EightBit)]
    [InlineData(128, 128, 127, VectorCode.FourBit)]
    [InlineData(256, 20, 16, VectorCode.FourBit)]
    [InlineData(64, 2, 2_048, VectorCode.EightBit)]
    public void Learn_NothingSet_GoesByTheRows(int dimension, int directions, int limit, VectorCode expected)
    {
        var rows = Rows(600, dimension, directions);
        Assert.Equal(expected, new CodeChoice(null, limit).Learn(rows, rows.Count).Code);
    }

    [Fact]
    public void Learn_FewerRowsThanNumbers_TakesEightBits()
    {
        var rows = Rows(255, 256, directions: 20);
        Assert.Equal(VectorCode.EightBit, new CodeChoice(null, 2_048).Learn(rows, rows.Count).Code);
    }

    [Theory]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    [InlineData(VectorCode.Principal)]
    public void Learn_CodeSet_TakesIt(VectorCode code)
    {
        var rows = Rows(300, 64, directions: 64);
        Assert.Equal(code, new CodeChoice(code, BytesLimit: 1).Learn(rows, rows.Count).Code);
    }

    [Fact]
    public void InsertNext_NothingSet_LearnsBetterCodesAsRowsCome()
    {
        var rows = Rows(2_000, 300, directions: 20);
        var graph = new HnswGraph(rows, new HnswOptions());
        Assert.Equal(VectorCode.Float32, graph.Links.Code);
        TestData.InsertAll(graph, rows);
        Assert.Equal(VectorCode.Principal, graph.Links.Code);
    }

    // In a few directions, or in all of them alike.
    private static VectorRows Rows(int count, int dimension, int directions)
    {
        var random = new Random(91);
        var axes = TestData.Clustered(Metric.Euclidean, directions, dimension, seed: 92);
        var rows = new VectorRows(Metric.Euclidean, dimension);
        for (var row = 0; row < count; row++)
        {
            var along = Enumerable.Range(0, directions).Select(_ => random.NextSingle()).ToArray();
            rows.Append(directions == dimension
                ? along
                : [.. Enumerable.Range(0, dimension).Select(index =>
                    axes.Zip(along, (axis, number) => axis[index] * number).Sum())]);
        }

        return rows;
    }
}
