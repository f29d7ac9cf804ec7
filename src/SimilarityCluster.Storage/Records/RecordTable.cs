namespace SimilarityCluster.Storage.Records;

/// <summary>
/// Ids and metadata by row. One writer; readers may read any row that was published to them.
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
    internal void Append(ReadOnlySpan<byte> id, ReadOnlySpan<byte> metadata)
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
            _slab, _slabUsed, id.Length, metadata.Length);
        _slabUsed += bytes;
        Count++;
    }

    /// <summary>The id of a row.</summary>
    internal ReadOnlyMemory<byte> IdOf(int row)
    {
        ref readonly var entry = ref EntryOf(row);
        return entry.Slab.AsMemory(entry.Offset, entry.IdBytes);
    }

    /// <summary>The metadata of a row.</summary>
    internal ReadOnlyMemory<byte> MetadataOf(int row)
    {
        ref readonly var entry = ref EntryOf(row);
        return entry.Slab.AsMemory(entry.Offset + entry.IdBytes, entry.MetadataBytes);
    }

    private ref readonly Entry EntryOf(int row) =>
        ref Volatile.Read(ref _chunks)[row / ChunkRows][row % ChunkRows];

    private readonly record struct Entry(byte[] Slab, int Offset, int IdBytes, int MetadataBytes);
}
