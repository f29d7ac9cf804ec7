namespace SimilarityCluster.Index.Tests;

public sealed class VectorRowsTests
{
    [Theory]
    [InlineData(1, 70_000)]
    [InlineData(17, 40_000)]
    [InlineData(784, 2_000)]
    [InlineData(8_192, 300)]
    public void Append_ManySlabs_GivesEveryRowBackUnmoved(int dimension, int count)
    {
        var rows = new VectorRows(Metric.Dot, dimension);
        rows.Append(Numbered(dimension, 0));
        var first = rows[0];
        for (var row = 1; row < count; row++)
        {
            Assert.Equal(row, rows.Append(Numbered(dimension, row)));
        }

        Assert.Equal(count, rows.Count);
        Assert.True(first == rows[0]);
        for (var row = 0; row < count; row++)
        {
            Assert.True(rows[row].SequenceEqual(Numbered(dimension, row)), $"Row {row} differs.");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(50)]
    public unsafe void Append_AnyDimension_AlignsAndPadsRowsWithZeros(int dimension)
    {
        var rows = new VectorRows(Metric.Dot, dimension);
        for (var row = 0; row < 100; row++)
        {
            rows.Append(Numbered(dimension, row + 1));
            var address = rows.View().Vectors[row];
            Assert.Equal(0, (nint)address % 64);
            var padding = new ReadOnlySpan<float>(address + dimension, rows.PaddedDimension - dimension);
            Assert.False(padding.ContainsAnyExcept(0f));
        }

        GC.KeepAlive(rows);
    }

    [Fact]
    public void Append_OtherDimension_NamesBothDimensions()
    {
        var rows = new VectorRows(Metric.Dot, 3);
        var fault = Assert.Throws<ArgumentException>(() => rows.Append(new float[4]));
        Assert.StartsWith(
            "The vector has 4 numbers; the rows have 3.", fault.Message, StringComparison.Ordinal);
        Assert.Equal("vector", fault.ParamName);
        Assert.Equal(0, rows.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(VectorRows.MaxDimension + 1)]
    public void Constructor_DimensionOutOfRange_Throws(int dimension) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorRows(Metric.Dot, dimension));

    [Fact]
    public void Constructor_UnknownMetric_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorRows(default, 3));

    [Fact]
    public void Delete_OnceAndAgain_CountsOnce()
    {
        var rows = TestData.Rows(Metric.Dot, [.. Enumerable.Range(0, 2_000).Select(row => Numbered(2, row))]);
        Assert.True(rows.Delete(1_500));
        Assert.False(rows.Delete(1_500));
        Assert.True(rows.IsDeleted(1_500));
        Assert.False(rows.IsDeleted(1_499));
        Assert.Equal((2_000, 1_999), (rows.Count, rows.LiveCount));
        Assert.True(rows[1_500].SequenceEqual(Numbered(2, 1_500)));
    }

    [Fact]
    public void Members_NoSuchRow_Throw()
    {
        var rows = TestData.Rows(Metric.Dot, [Numbered(2, 0)]);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Delete(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.IsDeleted(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows[1].Length);
    }

    [Fact]
    public async Task Append_BesideReaders_ShowsOnlyWholeRows()
    {
        const int Count = 20_000;
        var rows = new VectorRows(Metric.Dot, 33);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(
            () =>
            {
                var (checkedRows, isDone) = (0L, false);
                while (!isDone || checkedRows == 0)
                {
                    isDone = done.IsCancellationRequested;
                    for (var row = rows.Count - 1; row >= Math.Max(0, rows.Count - 50); row--, checkedRows++)
                    {
                        Assert.True(rows[row].SequenceEqual(Numbered(33, row)), $"Row {row} is not whole.");
                    }
                }

                return checkedRows;
            },
            TestContext.Current.CancellationToken);
        for (var row = 0; row < Count; row++)
        {
            rows.Append(Numbered(33, row));
        }

        await done.CancelAsync();
        Assert.InRange(await reader, 1, long.MaxValue);
    }

    [Fact]
    public void Indexer_RowsCollected_SpanKeepsItsMemory()
    {
        var span = SpanOfDroppedRows();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = GC.AllocateArray<byte>(4 << 20, pinned: true); // Would take the place of a freed slab.
        Assert.True(span.SequenceEqual(Numbered(100, 7)));
    }

    private static ReadOnlySpan<float> SpanOfDroppedRows() =>
        TestData.Rows(Metric.Dot, [Numbered(100, 7)])[0];

    private static float[] Numbered(int dimension, int row)
    {
        var vector = new float[dimension];
        for (var index = 0; index < dimension; index++)
        {
            vector[index] = row + (index * 0.5f);
        }

        return vector;
    }
}
