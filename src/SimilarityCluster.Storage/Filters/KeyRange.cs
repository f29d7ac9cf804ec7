namespace SimilarityCluster.Storage.Filters;

/// <summary>
/// The keys from one on up to another, which is not among them; see <see cref="FieldKey"/>.
/// </summary>
/// <param name="Low">The first, or what would be before it; at least one byte.</param>
/// <param name="End">What follows the last; at least one byte.</param>
internal readonly record struct KeyRange(byte[] Low, byte[] End)
{
    /// <summary>Every key.</summary>
    internal static KeyRange All { get; } = new([byte.MinValue], [byte.MaxValue]);

    /// <summary>Whether it is one key and no other.</summary>
    internal bool IsPoint => End.Length == Low.Length + 1 && End[^1] == 0 && End.AsSpan().StartsWith(Low);

    /// <summary>One key.</summary>
    internal static KeyRange Of(byte[] key) => new(key, After(key));

    /// <summary>The keys of texts that begin so.</summary>
    internal static KeyRange StartingWith(ReadOnlySpan<byte> prefix)
    {
        var low = new FieldKey(FieldKind.Text, prefix).ToArray();
        var end = low.AsSpan().TrimEnd(byte.MaxValue).ToArray(); // The kind is not the highest byte.
        end[^1]++;
        return new KeyRange(low, end);
    }

    /// <summary>What follows a key: nothing is between them.</summary>
    internal static byte[] After(byte[] key) => [.. key, 0];

    /// <summary>What precedes all keys of a kind.</summary>
    internal static byte[] FirstOf(FieldKind kind) => [(byte)kind];

    /// <summary>What follows all keys of a kind.</summary>
    internal static byte[] EndOf(FieldKind kind) => [(byte)(kind + 1)];

    /// <summary>Whether a copied key is in it.</summary>
    internal bool Contains(ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(Low) >= 0 && key.SequenceCompareTo(End) < 0;

    /// <summary>Whether a key is in it.</summary>
    internal bool Contains(FieldKey key) => key.CompareTo(Low) >= 0 && key.CompareTo(End) < 0;
}
