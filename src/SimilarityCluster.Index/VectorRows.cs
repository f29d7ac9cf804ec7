#pragma warning disable MA0048 // The view is a reader's half of the rows.
using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index;

/// <summary>Vectors by row number: appended, marked deleted, never moved, never changed.</summary>
/// <remarks>
/// Thread-safe: writers wait for each other, readers for nobody, and a reader sees a row only once it is
/// whole. Rows are aligned to 64 bytes and padded with zeros to a multiple of 16 numbers. The collector frees
/// the memory when neither the rows nor a span of them is in use.
/// </remarks>
public sealed class VectorRows
{
    /// <summary>Longest vector.</summary>
    public const int MaxDimension = 65_536;

    /// <summary>Most rows: a walk keeps a row number and two marks in 32 bits.</summary>
    public const int MaxCount = 1 << 30;

    private readonly AlignedBlocks<float> _vectors;
    private readonly Lock _writer = new();
    private uint[] _deleted = new uint[32];
    private int _deletedCount;
    private int _count;

    /// <summary>Makes an empty list of rows.</summary>
    /// <param name="metric">How distances are computed.</param>
    /// <param name="dimension">Numbers in each vector, 1 to <see cref="MaxDimension"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such metric or dimension.</exception>
    /// <exception cref="PlatformNotSupportedException">See <see cref="VectorKernels.Name"/>.</exception>
    public VectorRows(Metric metric, int dimension)
    {
        if (!Enum.IsDefined(metric))
        {
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "The metric is unknown.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, MaxDimension);
        _ = VectorKernels.Name; // A demand that cannot be met ends here, before the first distance.
        (Metric, Dimension, PaddedDimension) = (metric, dimension, VectorKernels.PaddedLength(dimension));
        _vectors = new AlignedBlocks<float>(PaddedDimension);
    }

    /// <summary>Takes rows that are there already; none can be appended.</summary>
    /// <param name="metric">How distances are computed.</param>
    /// <param name="dimension">Numbers in each vector.</param>
    /// <param name="vectors">The vectors, padded.</param>
    /// <param name="count">How many.</param>
    internal VectorRows(Metric metric, int dimension, AlignedBlocks<float> vectors, int count)
        : this(metric, dimension)
    {
        (_vectors, _count) = (vectors, count);
        _deleted = new uint[(count + 31) / 32];
    }

    /// <summary>How distances are computed.</summary>
    public Metric Metric { get; }

    /// <summary>Numbers in each vector.</summary>
    public int Dimension { get; }

    /// <summary>Rows appended, deleted ones included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// Rows that are not deleted. While others write, right for one moment of the call at most.
    /// </summary>
    public int LiveCount => Count - Volatile.Read(ref _deletedCount);

    /// <summary>Numbers in each vector with its padding.</summary>
    internal int PaddedDimension { get; }

    /// <summary>A row's vector, deleted or not.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    /// <returns>
    /// Shape [dimension]; stays valid and unchanged for ever. Of a sealed graph it is a copy.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            CheckRow(row);
            var vector = _vectors.SpanOf(row, Dimension);
            if (!_vectors.IsFixed)
            {
                return vector;
            }

            // A span does not keep memory that the collector has not made.
            var copy = vector.ToArray();
            GC.KeepAlive(this);
            return copy;
        }
    }

    /// <summary>Appends a row.</summary>
    /// <param name="vector">
    /// Shape [dimension]; finite, and of length 1 under <see cref="Metric.Cosine"/>.
    /// </param>
    /// <returns>Its number: the count before.</returns>
    /// <exception cref="ArgumentException"><paramref name="vector"/> has another dimension.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are <see cref="MaxCount"/> rows, or they are those of a sealed graph.
    /// </exception>
    public unsafe int Append(ReadOnlySpan<float> vector)
    {
        CheckDimension(vector);
        lock (_writer)
        {
            var row = _count;
            if (_vectors.IsFixed)
            {
                throw new InvalidOperationException("These rows are sealed; none can be appended.");
            }

            if (row == MaxCount)
            {
                throw new InvalidOperationException($"There are {MaxCount} rows; no more fit.");
            }

            _vectors.EnsureCapacity(row + 1);
            var padded = new Span<float>(_vectors.View[row], PaddedDimension);
            vector.CopyTo(padded);
            padded[Dimension..].Clear();
            if (row >> 5 == _deleted.Length)
            {
                var longer = new uint[_deleted.Length * 2];
                _deleted.CopyTo(longer, 0);
                Volatile.Write(ref _deleted, longer);
            }

            Volatile.Write(ref _count, row + 1); // Publishes all of the above.
            return row;
        }
    }

    /// <summary>Marks a row deleted; searches that begin later do not return it.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    /// <returns>False when it was deleted before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool Delete(int row)
    {
        CheckRow(row);
        lock (_writer)
        {
            if (IsMarked(_deleted, row))
            {
                return false;
            }

            Volatile.Write(ref _deleted[row >> 5], _deleted[row >> 5] | (1u << row));
            Volatile.Write(ref _deletedCount, _deletedCount + 1);
            return true;
        }
    }

    /// <summary>Tells whether a row is deleted.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    /// <returns>True when it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsDeleted(int row)
    {
        CheckRow(row);
        return IsMarked(Volatile.Read(ref _deleted), row);
    }

    /// <summary>The rows that are deleted now.</summary>
    /// <returns>A set that later deletions do not change.</returns>
    public RowSet DeletedRows()
    {
        lock (_writer)
        {
            var words = new ulong[(_count + RowSet.WordRows - 1) / RowSet.WordRows];
            for (var word = 0; word < words.Length; word++)
            {
                var half = word * 2;
                words[word] = _deleted[half]
                    | (half + 1 < _deleted.Length ? (ulong)_deleted[half + 1] << 32 : 0);
            }

            return new RowSet(words);
        }
    }

    /// <summary>Unchecked access to the rows of a count that was read before.</summary>
    /// <returns>The view; the rows must be kept alive while it is used.</returns>
    internal RowsView View() =>
        new(_vectors.View, Volatile.Read(ref _deleted), Volatile.Read(ref _deletedCount) > 0);

    /// <summary>Refuses a vector of another dimension.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="parameter">What the caller calls it.</param>
    /// <exception cref="ArgumentException">It has another dimension.</exception>
    internal void CheckDimension(
        ReadOnlySpan<float> vector, [CallerArgumentExpression(nameof(vector))] string? parameter = null)
    {
        if (vector.Length != Dimension)
        {
            throw new ArgumentException(
                $"The {parameter} has {vector.Length} numbers; the rows have {Dimension}.", parameter);
        }
    }

    /// <summary>Refuses shapes of several queries that do not agree.</summary>
    /// <param name="queries">Shape [count, dimension].</param>
    /// <param name="hits">Shape [count, limit].</param>
    /// <param name="outcomes">Shape [count].</param>
    /// <exception cref="ArgumentException">They do not agree.</exception>
    internal void CheckShapes(
        ReadOnlySpan<float> queries, ReadOnlySpan<RowHit> hits, ReadOnlySpan<SearchOutcome> outcomes)
    {
        var count = outcomes.Length;
        if (queries.Length != (long)count * Dimension)
        {
            throw new ArgumentException(
                $"The queries have {queries.Length} numbers; {count} of dimension {Dimension} have "
                + $"{(long)count * Dimension}.",
                nameof(queries));
        }

        if (count == 0 ? !hits.IsEmpty : hits.Length % count != 0)
        {
            throw new ArgumentException(
                $"There is room for {hits.Length} hits, which {count} queries cannot share evenly.",
                nameof(hits));
        }
    }

    /// <summary>Reads a mark.</summary>
    /// <param name="marks">One bit a row.</param>
    /// <param name="row">The row.</param>
    /// <returns>Whether it is set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsMarked(uint[] marks, int row) => ((marks[row >> 5] >> row) & 1) != 0;

    private void CheckRow(int row)
    {
        if ((uint)row >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"There are {Count} rows.");
        }
    }
}

/// <summary>The rows as a search sees them.</summary>
/// <param name="Vectors">Padded vectors by row.</param>
/// <param name="Deleted">One bit a row.</param>
/// <param name="AnyDeleted">False when no bit is set.</param>
internal readonly record struct RowsView(BlockView<float> Vectors, uint[] Deleted, bool AnyDeleted)
{
    /// <summary>Tells whether a row is deleted.</summary>
    /// <param name="row">The row.</param>
    /// <returns>True when it is.</returns>
    public bool IsDeleted(int row) => AnyDeleted && VectorRows.IsMarked(Deleted, row);
}
