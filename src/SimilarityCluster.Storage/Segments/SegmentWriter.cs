using System.Buffers.Binary;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Segments;

/// <summary>Writes a segment front to back, see <see cref="SegmentFormat"/>.</summary>
/// <remarks>
/// Besides a block it holds at most 28 bytes a live row, for the id table and the id order, and 8 bytes a
/// block.
/// </remarks>
internal sealed class SegmentWriter
{
    private readonly BlockStream _to;
    private readonly ISegmentSource _source;
    private readonly List<SegmentPart> _parts = [];

    private SegmentWriter(BlockStream to, ISegmentSource source) => (_to, _source) = (to, source);

    /// <summary>Writes a segment.</summary>
    /// <param name="stream">Receives it; need not be able to seek, and is not closed.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="source">Everything else, by row of the sealed graph.</param>
    /// <param name="blockBytes">Bytes of a block, see <see cref="SegmentFormat.IsBlockLength"/>.</param>
    /// <exception cref="ArgumentException">The source has another number of rows than the graph.</exception>
    /// <exception cref="InvalidOperationException">
    /// An id has a forbidden length, two live rows have one id, or rows have changed meanwhile; the stream
    /// has received something all the same.
    /// </exception>
    /// <exception cref="IOException">The stream failed.</exception>
    internal static void Write(
        Stream stream, GraphSeal graph, ISegmentSource source, int blockBytes = SegmentFormat.BlockBytes)
    {
        if (source.RowCount != graph.Order.Length)
        {
            throw new ArgumentException(
                $"The source has {source.RowCount} rows; the graph has {graph.Order.Length}.",
                nameof(source));
        }

        using var to = new BlockStream(stream, blockBytes);
        var writer = new SegmentWriter(to, source);
        writer.WritePart(SegmentPartKind.Graph, () => graph.WriteTo(to));
        var liveCount = writer.WriteRows();

        var checksums = to.End();
        var bytes = new byte[checksums.Count * sizeof(ulong)];
        for (var block = 0; block < checksums.Count; block++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(block * sizeof(ulong)), checksums[block]);
        }

        writer._parts.Add(new SegmentPart(SegmentPartKind.Checksums, to.Position, bytes.Length));
        stream.Write(bytes);
        stream.Write(new SegmentFooter(
            blockBytes,
            source.RowCount,
            liveCount,
            graph.VectorOffset,
            SegmentFormat.ChecksumOf(bytes),
            writer._parts).Encode());
    }

    /// <summary>Writes everything but the graph.</summary>
    /// <returns>Live rows.</returns>
    private int WriteRows()
    {
        WritePart(SegmentPartKind.Ids, () => WriteColumn(CheckedIdOf));
        WritePart(SegmentPartKind.Metadata, () => WriteColumn(_source.MetadataOf));
        WritePart(SegmentPartKind.Sequences, () =>
        {
            for (var row = 0; row < _source.RowCount; row++)
            {
                _to.WriteInt64(_source.SequenceOf(row));
            }
        });

        var order = LiveRowsById();
        WritePart(SegmentPartKind.IdTable, () =>
        {
            foreach (var entry in IdTable.Make(_source, order))
            {
                _to.WriteInt64((long)entry);
            }
        });
        WritePart(SegmentPartKind.IdOrder, () =>
        {
            foreach (var row in order)
            {
                _to.WriteInt32(row);
            }
        });
        WritePart(SegmentPartKind.Fields, () => new FieldIndexWriter(_to, _source).Write());
        return order.Length;
    }

    private void WritePart(SegmentPartKind kind, Action write)
    {
        var offset = _to.Position;
        write();
        _parts.Add(new SegmentPart(kind, offset, _to.Position - offset));
        _to.EndPart();
    }

    // Asks for each row twice, so that no offset need be held in memory.
    private void WriteColumn(Func<int, ReadOnlySpan<byte>> bytesOf)
    {
        var end = 0L;
        _to.WriteInt64(end);
        for (var row = 0; row < _source.RowCount; row++)
        {
            end += bytesOf(row).Length;
            _to.WriteInt64(end);
        }

        var start = _to.Position;
        for (var row = 0; row < _source.RowCount; row++)
        {
            _to.Write(bytesOf(row));
        }

        if (_to.Position - start != end)
        {
            throw new InvalidOperationException("The rows have changed while they were written.");
        }
    }

    private ReadOnlySpan<byte> CheckedIdOf(int row)
    {
        var id = _source.IdOf(row);
        return id.Length is > 0 and <= WriteCheck.MaxIdBytes
            ? id
            : throw new InvalidOperationException(
                $"The id of row {row} has {id.Length} bytes; expected 1 to {WriteCheck.MaxIdBytes}.");
    }

    private int[] LiveRowsById()
    {
        var rows = new int[CountLive()];
        for (var (row, count) = (0, 0); count < rows.Length; row++)
        {
            if (_source.IsLive(row))
            {
                rows[count++] = row;
            }
        }

        Array.Sort(rows, (left, right) => _source.IdOf(left).SequenceCompareTo(_source.IdOf(right)));
        for (var rank = 1; rank < rows.Length; rank++)
        {
            if (_source.IdOf(rows[rank - 1]).SequenceEqual(_source.IdOf(rows[rank])))
            {
                throw new InvalidOperationException(
                    $"Rows {rows[rank - 1]} and {rows[rank]} are both live and have one id.");
            }
        }

        return rows;
    }

    private int CountLive()
    {
        var count = 0;
        for (var row = 0; row < _source.RowCount; row++)
        {
            count += _source.IsLive(row) ? 1 : 0;
        }

        return count;
    }
}
