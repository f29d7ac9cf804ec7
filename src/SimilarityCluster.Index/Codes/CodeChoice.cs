namespace SimilarityCluster.Index.Codes;

/// <summary>Which code rows get.</summary>
/// <param name="Code">The code; null when it is chosen by the rows.</param>
/// <param name="BytesLimit">See <see cref="HnswOptions.CodeBytesLimit"/>.</param>
internal readonly record struct CodeChoice(VectorCode? Code, int BytesLimit)
{
    /// <summary>Whether walks compare the vectors, however many rows there are.</summary>
    public bool IsNone => Code == VectorCode.Float32;

    /// <summary>How many rows there must be to learn from.</summary>
    /// <param name="dimension">
    /// Numbers in a row: fewer rows do not show the directions in which the next ones vary.
    /// </param>
    /// <returns>The number, if there must be some.</returns>
    public int LeastRows(int dimension) => Code == VectorCode.Principal ? dimension : 0;

    /// <summary>Learns from rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <returns>The quantizer.</returns>
    public RowQuantizer Learn(VectorRows rows, int count)
    {
        if (Code is { } code)
        {
            return RowQuantizer.Train(code, rows, count);
        }

        // Half of the bytes make up for the time that it takes to find where a query lies along the axes.
        var most = Math.Min(BytesLimit, rows.Dimension / 2);
        return PrincipalQuantizer.TryTrain(rows, count, most)
            ?? RowQuantizer.Train(
                rows.Dimension <= BytesLimit ? VectorCode.EightBit : VectorCode.FourBit, rows, count);
    }
}
