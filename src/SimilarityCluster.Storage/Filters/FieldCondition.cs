namespace SimilarityCluster.Storage.Filters;

/// <summary>One condition of a filter: that a field has a value in one of some ranges.</summary>
internal sealed class FieldCondition
{
    private readonly byte[] _field;
    private readonly KeyRange[] _ranges;

    /// <summary>Makes a condition.</summary>
    /// <param name="field">The field's name, UTF-8.</param>
    /// <param name="ranges">Single keys in any order and number, or one range.</param>
    internal FieldCondition(ReadOnlySpan<byte> field, IEnumerable<KeyRange> ranges)
    {
        _field = field.ToArray();
        _ranges = [.. ranges];
        Array.Sort(_ranges, (left, right) => left.Low.AsSpan().SequenceCompareTo(right.Low));
    }

    /// <summary>The field's name, UTF-8.</summary>
    internal ReadOnlySpan<byte> Field => _field;

    /// <summary>Ascending.</summary>
    internal IReadOnlyList<KeyRange> Ranges => _ranges;

    /// <summary>Whether a value meets it.</summary>
    /// <param name="field">The name of the value's field.</param>
    /// <param name="key">The value.</param>
    internal bool IsMetBy(ReadOnlySpan<byte> field, FieldKey key)
    {
        if (!field.SequenceEqual(_field))
        {
            return false;
        }

        // The last range that begins at or before the key.
        var (low, high) = (0, _ranges.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = key.CompareTo(_ranges[middle].Low) >= 0 ? (middle, high) : (low, middle - 1);
        }

        return _ranges[low].Contains(key);
    }
}
