#pragma warning disable MA0048 // The enumerator is read with the set.
using System.Numerics;

namespace SimilarityCluster.Index;

/// <summary>Some rows of an index: what a filter leaves of them. Immutable, thread-safe.</summary>
/// <remarks>
/// One bit a row up to the last member, and a count every 512 rows, so that the member of a rank is found
/// without going over them all. Rows that an index lacks may be members; they are never found.
/// </remarks>
public sealed class RowSet
{
    /// <summary>Rows in a word of the bitmap.</summary>
    internal const int WordRows = 64;

    private const int BlockWords = 8;

    private readonly ulong[] _words;

    // Members before each block of words.
    private readonly int[] _ranks;

    /// <summary>Takes over a bitmap.</summary>
    /// <param name="words">One bit a row, lowest first; not changed any more.</param>
    internal RowSet(ulong[] words)
    {
        _words = words;
        _ranks = new int[(words.Length + BlockWords - 1) / BlockWords];
        for (var word = 0; word < words.Length; word++)
        {
            if (word % BlockWords == 0)
            {
                _ranks[word / BlockWords] = Count;
            }

            Count += BitOperations.PopCount(words[word]);
        }
    }

    /// <summary>Members.</summary>
    public int Count { get; }

    /// <summary>Makes a set of rows.</summary>
    /// <param name="rows">Row numbers, 0 and up, in any order; one may be there twice.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A row is out of range.</exception>
    public static RowSet Of(params ReadOnlySpan<int> rows)
    {
        var builder = new RowSetBuilder();
        foreach (var row in rows)
        {
            builder.Add(row);
        }

        return builder.Build();
    }

    /// <summary>Makes a set of the rows that something is true of.</summary>
    /// <param name="rowCount">Rows to ask about, from row 0 on.</param>
    /// <param name="predicate">Asked once a row, ascending.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowCount"/> is out of range.</exception>
    public static RowSet Where(int rowCount, Func<int, bool> predicate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, VectorRows.MaxCount);
        ArgumentNullException.ThrowIfNull(predicate);
        var words = new ulong[(rowCount + WordRows - 1) / WordRows];
        for (var row = 0; row < rowCount; row++)
        {
            words[row / WordRows] |= predicate(row) ? 1UL << row : 0;
        }

        return new RowSet(words);
    }

    /// <summary>Makes the set of the rows from 0 on.</summary>
    /// <param name="rowCount">How many.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowCount"/> is out of range.</exception>
    public static RowSet All(int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, VectorRows.MaxCount);
        var words = new ulong[(rowCount + WordRows - 1) / WordRows];
        Array.Fill(words, ulong.MaxValue);
        if (rowCount % WordRows != 0)
        {
            words[^1] = ulong.MaxValue >> -rowCount;
        }

        return new RowSet(words);
    }

    /// <summary>Makes the set of the rows that are in this one and in another one.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>The set.</returns>
    public RowSet And(RowSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var words = new ulong[Math.Min(_words.Length, other._words.Length)];
        for (var word = 0; word < words.Length; word++)
        {
            words[word] = _words[word] & other._words[word];
        }

        return new RowSet(words);
    }

    /// <summary>Makes the set of the rows that are in this one or in another one.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>The set.</returns>
    public RowSet Or(RowSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (few, many) =
            _words.Length < other._words.Length ? (_words, other._words) : (other._words, _words);
        var words = many.AsSpan().ToArray();
        for (var word = 0; word < few.Length; word++)
        {
            words[word] |= few[word];
        }

        return new RowSet(words);
    }

    /// <summary>Makes the set of the rows that are in this one but not in another one.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>The set.</returns>
    public RowSet Except(RowSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var words = _words.AsSpan().ToArray();
        for (var word = 0; word < Math.Min(words.Length, other._words.Length); word++)
        {
            words[word] &= ~other._words[word];
        }

        return new RowSet(words);
    }

    /// <summary>Tells whether a row is a member. O(1).</summary>
    /// <param name="row">Any number.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(int row)
    {
        var words = _words;
        var word = (int)((uint)row / WordRows);
        return (uint)word < (uint)words.Length && ((words[word] >> row) & 1) != 0;
    }

    /// <summary>Finds the first member from a row on.</summary>
    /// <param name="row">0 and up.</param>
    /// <returns>The member; <see cref="int.MaxValue"/> when there is none.</returns>
    public int Next(int row)
    {
        var words = _words;
        var word = (int)((uint)row / WordRows);
        if ((uint)word >= (uint)words.Length)
        {
            return int.MaxValue;
        }

        var bits = words[word] & (ulong.MaxValue << row);
        while (bits == 0)
        {
            if (++word == words.Length)
            {
                return int.MaxValue;
            }

            bits = words[word];
        }

        return (word * WordRows) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Counts the members below a row.</summary>
    /// <param name="row">0 and up.</param>
    /// <returns>0 to <see cref="Count"/>.</returns>
    public int CountBelow(int row)
    {
        var word = (int)((uint)row / WordRows);
        if ((uint)word >= (uint)_words.Length)
        {
            return Count;
        }

        var count = _ranks[word / BlockWords];
        for (var before = word - (word % BlockWords); before < word; before++)
        {
            count += BitOperations.PopCount(_words[before]);
        }

        return count + BitOperations.PopCount(_words[word] & ~(ulong.MaxValue << row));
    }

    /// <summary>Finds the member of a rank. O(log of the rows).</summary>
    /// <param name="rank">0 to <see cref="Count"/> - 1; members are ranked by row.</param>
    /// <returns>The member.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank.</exception>
    public int At(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Count);
        var (low, high) = (0, _ranks.Length - 1); // The last block that begins at or before the rank.
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _ranks[middle] <= rank ? (middle, high) : (low, middle - 1);
        }

        var word = low * BlockWords;
        rank -= _ranks[low];
        for (var count = BitOperations.PopCount(_words[word]); count <= rank;)
        {
            rank -= count;
            count = BitOperations.PopCount(_words[++word]);
        }

        var bits = _words[word];
        for (; rank > 0; rank--)
        {
            bits &= bits - 1;
        }

        return (word * WordRows) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Goes over the members, ascending; allocates nothing.</summary>
    /// <returns>The enumerator.</returns>
    public RowSetEnumerator GetEnumerator() => new(this);
}

/// <summary>Goes over the members of a <see cref="RowSet"/>, ascending.</summary>
/// <param name="set">The set.</param>
public struct RowSetEnumerator(RowSet set)
{
    private int _next;

    /// <summary>The member.</summary>
    public int Current { get; private set; }

    /// <summary>Goes on.</summary>
    /// <returns>False when there is no other member.</returns>
    public bool MoveNext()
    {
        Current = set.Next(_next);
        _next = Current + 1;
        return Current != int.MaxValue;
    }
}
