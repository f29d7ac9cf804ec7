namespace SimilarityCluster.Models.Folders;

/// <summary>Orders names so that runs of digits count as numbers: <c>v9</c> before <c>v10</c>.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The only instance that is needed.</summary>
    public static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        var (left, right) = (0, 0);
        while (left < x.Length && right < y.Length)
        {
            var order = char.IsAsciiDigit(x[left]) && char.IsAsciiDigit(y[right])
                ? CompareNumbers(NextNumber(x, ref left), NextNumber(y, ref right))
                : x[left++].CompareTo(y[right++]);
            if (order != 0)
            {
                return order;
            }
        }

        var rest = (x.Length - left).CompareTo(y.Length - right);
        // Only leading zeros are left to tell the two apart; without this, 1 and 01 would be one version.
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> NextNumber(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return text.AsSpan(start, position - start).TrimStart('0');
    }

    private static int CompareNumbers(ReadOnlySpan<char> x, ReadOnlySpan<char> y) =>
        x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
}
