#pragma warning disable MA0048 // A candidate is read with the buffers that hold it.
using System.Buffers;
using SimilarityCluster.Index;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Searching;

/// <summary>Buffers of one searching thread, used again by every search; not thread-safe.</summary>
internal sealed class SearchScratch
{
    // A rare answer of this size gives its memory back instead of staying with the thread.
    private const int LargestKeptBytes = 1 << 20;

    private RowHit[] _hits = [];
    private Candidate[] _found = [];
    private Candidate[] _best = [];
    private Candidate[] _merged = [];
    private int _bestCount;

    /// <summary>The best candidates so far, ascending by distance, then by the bytes of the id.</summary>
    public ReadOnlySpan<Candidate> Best => _best.AsSpan(0, _bestCount);

    /// <summary>Receives the packed answer.</summary>
    public ArrayBufferWriter<byte> Packed { get; private set; } = new();

    /// <summary>Begins a query.</summary>
    /// <param name="limit">Hits wanted.</param>
    public void BeginQuery(int limit)
    {
        _bestCount = 0;
        if (_hits.Length < limit)
        {
            _hits = new RowHit[limit];
            _found = new Candidate[limit];
            _best = new Candidate[limit];
            _merged = new Candidate[limit];
        }
    }

    /// <summary>Gives the buffer that a shard's search fills.</summary>
    /// <param name="limit">As in <see cref="BeginQuery"/>.</param>
    /// <returns>Shape [limit].</returns>
    public Span<RowHit> Hits(int limit) => _hits.AsSpan(0, limit);

    /// <summary>Merges a shard's hits into the best candidates.</summary>
    /// <param name="shards">The shards of the search.</param>
    /// <param name="shard">The one that filled <see cref="Hits"/>.</param>
    /// <param name="count">How many hits it found.</param>
    /// <param name="limit">As in <see cref="BeginQuery"/>.</param>
    public void MergeHits(ShardStore[] shards, int shard, int count, int limit)
    {
        for (var index = 0; index < count; index++)
        {
            _found[index] = new Candidate(shard, _hits[index].Row, _hits[index].Distance);
        }

        Merge(shards, _found.AsSpan(0, count), limit);
    }

    /// <summary>Merges candidates that another thread found into the best ones.</summary>
    /// <param name="shards">The shards of the search.</param>
    /// <param name="found">Ascending by distance, then by the bytes of the id.</param>
    /// <param name="limit">As in <see cref="BeginQuery"/>.</param>
    public void Merge(ShardStore[] shards, ReadOnlySpan<Candidate> found, int limit)
    {
        var (left, right, total) = (0, 0, Math.Min(_bestCount + found.Length, limit));
        for (var index = 0; index < total; index++)
        {
            var fromFound = left == _bestCount
                || (right < found.Length && Precedes(shards, found[right], _best[left]));
            _merged[index] = fromFound ? found[right++] : _best[left++];
        }

        (_best, _merged, _bestCount) = (_merged, _best, total);
    }

    /// <summary>Empties the buffer.</summary>
    public void DiscardPacked()
    {
        if (Packed.Capacity > LargestKeptBytes)
        {
            Packed = new ArrayBufferWriter<byte>();
        }
        else
        {
            Packed.ResetWrittenCount();
        }
    }

    private static bool Precedes(ShardStore[] shards, Candidate left, Candidate right)
    {
        if (left.Distance != right.Distance)
        {
            return left.Distance < right.Distance;
        }

        var leftId = shards[left.Shard].IdOf(left.Row).Span;
        return leftId.SequenceCompareTo(shards[right.Shard].IdOf(right.Row).Span) < 0;
    }
}

/// <summary>A hit of one of several shards.</summary>
/// <param name="Shard">Position among the shards of the search.</param>
/// <param name="Row">The row there.</param>
/// <param name="Distance">Smaller is nearer.</param>
internal readonly record struct Candidate(int Shard, int Row, float Distance);
