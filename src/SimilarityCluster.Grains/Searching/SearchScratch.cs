using System.Buffers;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Searching;

/// <summary>Buffers of one searching thread, used again by every search; not thread-safe.</summary>
internal sealed class SearchScratch
{
    // A rare answer of this size gives its memory back instead of staying with the thread.
    private const int LargestKeptBytes = 1 << 20;

    private ShardHit[] _hits = [];
    private ShardHit[] _best = [];
    private int _bestCount;
    private int _limit;

    /// <summary>The best hits so far, ascending by distance, then by the bytes of the id.</summary>
    public ReadOnlySpan<ShardHit> Best => _best.AsSpan(0, _bestCount);

    /// <summary>Receives the packed answer.</summary>
    public ArrayBufferWriter<byte> Packed { get; private set; } = new();

    /// <summary>Begins a query.</summary>
    /// <param name="limit">Hits wanted.</param>
    public void BeginQuery(int limit)
    {
        (_bestCount, _limit) = (0, limit);
        if (_hits.Length < limit)
        {
            _hits = new ShardHit[limit];
            _best = new ShardHit[limit];
        }
    }

    /// <summary>The buffer that a shard's search fills.</summary>
    /// <value>Shape [limit], as in <see cref="BeginQuery"/>.</value>
    public Span<ShardHit> Hits => _hits.AsSpan(0, _limit);

    /// <summary>Merges the hits that a shard left in <see cref="Hits"/> into the best ones.</summary>
    /// <param name="count">How many there are.</param>
    public void MergeHits(int count) => Merge(_hits.AsSpan(0, count));

    /// <summary>Merges hits that another thread found into the best ones.</summary>
    /// <param name="found">Ascending by distance, then by the bytes of the id.</param>
    public void Merge(ReadOnlySpan<ShardHit> found) =>
        _bestCount = ShardHit.Merge(_best.AsSpan(0, _limit), _bestCount, found);

    /// <summary>Empties the buffers; nothing is kept alive by them.</summary>
    public void Clear()
    {
        _hits.AsSpan(0, _limit).Clear();
        _best.AsSpan(0, _limit).Clear();
        if (Packed.Capacity > LargestKeptBytes)
        {
            Packed = new ArrayBufferWriter<byte>();
        }
        else
        {
            Packed.ResetWrittenCount();
        }
    }
}
