using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Filters;

namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// A segment, read where it lies, such as in a mapped file; see <see cref="SegmentFormat"/>. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Nothing that is damaged is handed out. Opening checks what walks and look-ups trust: links, codes,
/// offsets, sequences, id table and id order. The blocks of ids, metadata and vectors are checked when they
/// are first read, and a damaged one fails every read of it. Only the distances that a walk computes come
/// from vectors that nobody has checked: call <see cref="VerifyVector"/> for each row that a search is about
/// to return.
/// </para>
/// <para>
/// Spans lie in the mapping, which stays as long as this object, or a graph of it, is in use: keep one of
/// them alive (<see cref="GC.KeepAlive"/>) until the last use of a span.
/// </para>
/// </remarks>
internal sealed class SegmentFile : IFieldIndex
{
    private readonly SegmentMapping _mapping;
    private readonly SegmentBlocks _blocks;
    private readonly ByteColumn _ids;
    private readonly ByteColumn _metadata;
    private readonly SegmentPart _sequences;
    private readonly SegmentPart _order;
    private readonly IdTable _table;
    private readonly FieldIndexes? _fields; // Older segments have none.
    private readonly int _vectorBytes;

    private SegmentFile(SegmentMapping mapping, SegmentFooter footer)
    {
        (_mapping, RowCount, LiveAtSealCount) = (mapping, footer.RowCount, footer.LiveCount);
        if (RowCount is < 0 or > VectorRows.MaxCount || LiveAtSealCount < 0 || LiveAtSealCount > RowCount)
        {
            throw Damaged(Key, $"it has impossible {RowCount} rows, {LiveAtSealCount} of them live");
        }

        _blocks = new SegmentBlocks(mapping, footer);
        _ids = new ByteColumn(mapping, _blocks, Part(SegmentPartKind.Ids), RowCount);
        _metadata = new ByteColumn(mapping, _blocks, Part(SegmentPartKind.Metadata), RowCount);
        _sequences = Array(SegmentPartKind.Sequences, (long)RowCount * sizeof(long));
        _order = Array(SegmentPartKind.IdOrder, (long)LiveAtSealCount * sizeof(int));
        var table = Part(SegmentPartKind.IdTable);
        _blocks.Verify(table.Offset, table.Length);
        _table = new IdTable(mapping, table, _ids, RowCount);

        if (footer.Has(SegmentPartKind.Fields))
        {
            _fields = new FieldIndexes(mapping, _blocks, Part(SegmentPartKind.Fields), RowCount);
        }

        var graph = Part(SegmentPartKind.Graph);
        _blocks.Verify(graph.Offset, footer.HotBytes);
        Graph = OpenGraph();
        if (graph.Offset != 0 || Graph.ByteCount != graph.Length || Graph.VectorOffset != footer.HotBytes
            || Graph.Rows.Count != RowCount)
        {
            throw Damaged(
                Key,
                $"expected a graph of {RowCount} rows with vectors at byte {footer.HotBytes}, and {graph}; "
                + $"given one of {Graph.Rows.Count} rows, {Graph.VectorOffset} and {Graph.ByteCount} bytes");
        }

        // The graph ends with its vectors, all of one length, so there is no remainder.
        _vectorBytes = RowCount == 0 ? 0 : (int)((Graph.ByteCount - Graph.VectorOffset) / RowCount);

        SegmentPart Part(SegmentPartKind kind) => footer.Find(Key, kind, _blocks.Length);

        SegmentPart Array(SegmentPartKind kind, long length)
        {
            var part = Part(kind);
            _blocks.Verify(part.Offset, part.Length);
            return part.Length == length
                ? part
                : throw Damaged(Key, $"expected {length} bytes of {kind}, given {part}");
        }
    }

    /// <summary>The key, for messages.</summary>
    internal string Key => _mapping.Key;

    /// <summary>Rows.</summary>
    internal int RowCount { get; }

    /// <summary>Rows that were live when the segment was written; those that are found by id.</summary>
    internal int LiveAtSealCount { get; }

    /// <summary>Bytes of the whole segment.</summary>
    internal long ByteCount => _mapping.Length;

    /// <summary>
    /// The graph. At first all rows are live in it, also those that were not: the caller deletes.
    /// </summary>
    internal SealedGraph Graph { get; }

    /// <summary>
    /// Opens a segment. O(rows · (connectivity + bytes of a code)); vectors are not touched.
    /// </summary>
    /// <param name="key">Its key, for messages.</param>
    /// <param name="buffer">
    /// Exactly as long, aligned to 64 bytes, and never changed. Whoever made it may dispose of it at any time
    /// afterwards.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// It is damaged, or no segment, or of another version; the message names the key and says what is wrong.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    internal static SegmentFile Open(string key, SafeBuffer buffer)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Segments need a little-endian processor.");
        }

        var mapping = new SegmentMapping(key, buffer);
        var footerBytes = Math.Min(mapping.Length, SegmentFormat.FooterBytes);
        var footer = SegmentFooter.Decode(key, mapping.Span(mapping.Length - footerBytes, footerBytes));
        GC.KeepAlive(mapping);
        return new SegmentFile(mapping, footer);
    }

    /// <summary>Says that a segment is damaged.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="how">What is wrong, without a full stop.</param>
    internal static InvalidDataException Damaged(string key, string how) =>
        new($"Object '{key}' is damaged: {how}.");

    /// <summary>
    /// Opens another graph of the same bytes, with deletions of its own; all rows are live in it.
    /// </summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal SealedGraph OpenGraph()
    {
        try
        {
            return SealedGraph.Open(_mapping);
        }
        catch (InvalidDataException damage)
        {
            throw new InvalidDataException($"Object '{Key}' is damaged: {damage.Message}", damage);
        }
    }

    /// <summary>The id of a row, checked.</summary>
    /// <param name="row">0 to <see cref="RowCount"/> - 1.</param>
    /// <returns>UTF-8; lies in the mapping, see above.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal ReadOnlySpan<byte> IdOf(int row) => _ids.Of(Checked(row));

    /// <summary>The metadata of a row, checked.</summary>
    /// <param name="row">0 to <see cref="RowCount"/> - 1.</param>
    /// <returns>The bytes; they lie in the mapping, see above.</returns>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal ReadOnlySpan<byte> MetadataOf(int row) => _metadata.Of(Checked(row));

    /// <summary>The log position of the write that made a row.</summary>
    /// <param name="row">0 to <see cref="RowCount"/> - 1.</param>
    internal long SequenceOf(int row) => _mapping.Number<long>(_sequences, Checked(row));

    /// <summary>The vector of a row, checked.</summary>
    /// <param name="row">0 to <see cref="RowCount"/> - 1.</param>
    /// <returns>Shape [dimension]; lies in the mapping, see above.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal ReadOnlySpan<float> VectorOf(int row) =>
        MemoryMarshal.Cast<byte, float>(_blocks.Read(VectorAt(row), _vectorBytes))[..Graph.Rows.Dimension];

    /// <summary>Checks the vector of a row, by which searches have computed the distance of a hit.</summary>
    /// <param name="row">0 to <see cref="RowCount"/> - 1.</param>
    /// <exception cref="InvalidDataException">A block of it is damaged.</exception>
    internal void VerifyVector(int row) => _blocks.Verify(VectorAt(row), _vectorBytes);

    /// <summary>Finds the row of an id that was live when the segment was written.</summary>
    /// <param name="id">The id.</param>
    /// <param name="row">The row; -1 where there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">The id of a row that it could be is damaged.</exception>
    internal bool TryFind(ReadOnlySpan<byte> id, out int row)
    {
        var isFound = _table.TryFind(id, out row);
        GC.KeepAlive(this);
        return isFound;
    }

    /// <inheritdoc/>
    public bool TryAddRows(FieldCondition condition, RowSetBuilder rows)
    {
        var isIndexed = _fields?.TryAddRows(condition, rows) ?? false;
        GC.KeepAlive(this);
        return isIndexed;
    }

    /// <summary>Gives the live rows of the time of writing, ascending by the bytes of their ids.</summary>
    /// <param name="rank">0 to <see cref="LiveAtSealCount"/> - 1.</param>
    /// <returns>The row.</returns>
    /// <exception cref="InvalidDataException">There is no such row.</exception>
    internal int OrderedRow(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, LiveAtSealCount);
        var row = _mapping.Number<int>(_order, rank);
        return (uint)row < (uint)RowCount
            ? row
            : throw Damaged(Key, $"row {row} of {RowCount} is at rank {rank} of its id order");
    }

    /// <summary>The first rank whose id is behind one. O(log rows) ids are read.</summary>
    /// <param name="id">The id; it need not be there.</param>
    /// <returns>0 to <see cref="LiveAtSealCount"/>.</returns>
    /// <exception cref="InvalidDataException">The id of a row on the way is damaged.</exception>
    internal int RankAfter(ReadOnlySpan<byte> id)
    {
        var (first, end) = (0, LiveAtSealCount);
        while (first < end)
        {
            var middle = first + ((end - first) / 2);
            if (IdOf(OrderedRow(middle)).SequenceCompareTo(id) > 0)
            {
                end = middle;
            }
            else
            {
                first = middle + 1;
            }
        }

        GC.KeepAlive(this);
        return first;
    }

    /// <summary>Checks every block that was not checked yet; reads the whole segment.</summary>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    internal void VerifyAll() => _blocks.Verify(0, _blocks.Length);

    /// <summary>
    /// Checks everything, also what was checked before: blocks, and if they are whole, what the numbers in
    /// them say. Reads the whole segment.
    /// </summary>
    /// <returns>What is wrong, each naming its block or row; empty when nothing is.</returns>
    internal IEnumerable<string> Faults() =>
        SegmentCheck.Faults(this, _blocks, _table, [("id", _ids), ("metadata", _metadata)], _fields);

    private long VectorAt(int row) => Graph.VectorOffset + ((long)Checked(row) * _vectorBytes);

    private int Checked(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        return row;
    }
}
