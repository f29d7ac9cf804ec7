namespace SimilarityCluster.Storage.Parts;

/// <summary>
/// Ids, metadata and sequences by row. One writer; readers may read any row that was published to them.
/// </summary>
internal sealed class RecordTable
{
    private const int ChunkRows = 4_096;
    private const int SlabBytes = 256 * 1024;

    private Entry[][] _chunks = [];
    private byte[] _slab = [];
    private int _slabUsed;

    /// <summary>Rows, published or not.</summary>
    internal int Count { get; private set; }

    /// <summary>Appends a row.</summary>
    internal void Append(ReadOnlySpan<byte> id, ReadOnlySpan<byte> metadata, long sequence)
    {
        var bytes = id.Length + metadata.Length;
        if (_slabUsed + bytes > _slab.Length)
        {
            // Large records get a slab of their own, so that less than one record's bytes are left unused.
            _slab = new byte[Math.Max(bytes, SlabBytes)];
            _slabUsed = 0;
        }

        if (Count == _chunks.Length * ChunkRows)
        {
            Volatile.Write(ref _chunks, [.. _chunks, new Entry[ChunkRows]]);
        }

        id.CopyTo(_slab.AsSpan(_slabUsed));
        metadata.CopyTo(_slab.AsSpan(_slabUsed + id.Length));
        _chunks[Count / ChunkRows][Count % ChunkRows] = new Entry(
            _slab, _slabUsed, id.Length, metadata.Length, sequence);
        _slabUsed += bytes;
        Count++;
    }

    /// <summary>The id of a row.</summary>
    internal ReadOnlySpan<byte> IdOf(int row)
    {
        ref readonly var entry = ref EntryOf(row);
        return entry.Slab.AsSpan(entry.Offset, entry.IdBytes);
    }

    /// <summary>The metadata of a row.</summary>
    internal ReadOnlySpan<byte> MetadataOf(int row)
    {
        ref readonly var entry = ref EntryOf(row);
        return entry.Slab.AsSpan(entry.Offset + entry.IdBytes, entry.MetadataBytes);
    }

    /// <summary>The log position of the write that made a row.</summary>
    internal long SequenceOf(int row) => EntryOf(row).Sequence;

    private ref readonly Entry EntryOf(int row) =>
        ref Volatile.Read(ref _chunks)[row / ChunkRows][row % ChunkRows];

    private readonly record struct Entry(
        byte[] Slab, int Offset, int IdBytes, int MetadataBytes, long Sequence);
}
