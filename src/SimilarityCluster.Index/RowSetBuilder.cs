namespace SimilarityCluster.Index;

/// <summary>Collects the rows of a <see cref="RowSet"/>, in any order. Not thread-safe.</summary>
public sealed class RowSetBuilder
{
    private ulong[] _words = [];
    private int _wordCount;

    /// <summary>Adds a row, or does nothing when it is there.</summary>
    /// <param name="row">0 to <see cref="VectorRows.MaxCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is out of range.</exception>
    public void Add(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, VectorRows.MaxCount);
        var word = row / RowSet.WordRows;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max(word + 1, 2 * _words.Length));
        }

        _wordCount = Math.Max(_wordCount, word + 1);
        _words[word] |= 1UL << row;
    }

    /// <summary>Makes the set; more rows may be added for another one.</summary>
    /// <returns>The set.</returns>
    public RowSet Build() => new(_words.AsSpan(0, _wordCount).ToArray());
}
