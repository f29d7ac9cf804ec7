using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>Merges the sorted hits of several silos, query by query; not thread-safe.</summary>
/// <remarks>
/// Ascending by distance, then by the bytes of the id. The heads are compared one by one: there are as many
/// as silos, a handful, and a heap would cost more than it saves.
/// </remarks>
internal sealed class HitMerger
{
    private readonly Source[] _sources;

    /// <summary>Begins before the first query.</summary>
    /// <param name="results">One packed run of hits a silo, all of the same queries.</param>
    public HitMerger(IReadOnlyList<SiloSearchResult> results)
    {
        _sources = new Source[results.Count];
        for (var i = 0; i < _sources.Length; i++)
        {
            _sources[i].Reader = new PackedHitsReader(results[i].Hits);
        }
    }

    /// <summary>Reads the hits of the next query.</summary>
    /// <param name="limit">Most hits to give.</param>
    /// <param name="leftOut">An id in UTF-8 to leave out; empty for none.</param>
    /// <param name="includeMetadata">Whether hits get their metadata.</param>
    /// <param name="hits">Receives the hits.</param>
    public void ReadQuery(
        int limit, ReadOnlySpan<byte> leftOut, bool includeMetadata, RepeatedField<Hit> hits)
    {
        var available = 0;
        foreach (ref var source in _sources.AsSpan())
        {
            available += source.BeginQuery();
        }

        hits.Capacity = Math.Max(hits.Capacity, Math.Min(available, limit));
        while (hits.Count < limit && NearestSource() is var nearest and >= 0)
        {
            ref var source = ref _sources[nearest];
            if (leftOut.IsEmpty || !leftOut.SequenceEqual(source.Head.Id.Span))
            {
                hits.Add(ToHit(source.Head, includeMetadata));
            }

            source.Advance();
        }

        foreach (ref var source in _sources.AsSpan())
        {
            source.SkipRest();
        }
    }

    private static Hit ToHit(in PackedHit packed, bool includeMetadata)
    {
        var hit = new Hit { Id = Encoding.UTF8.GetString(packed.Id.Span), Distance = packed.Distance };
        if (includeMetadata)
        {
            hit.Metadata = Metadata.Parser.ParseFrom(packed.Metadata.Span);
        }

        if (!packed.Vector.IsEmpty)
        {
            // Nobody changes the bytes of an answer, so they need no copy.
            hit.Vector = new Vector { Data = UnsafeByteOperations.UnsafeWrap(packed.Vector) };
        }

        return hit;
    }

    private int NearestSource()
    {
        var nearest = -1;
        for (var i = 0; i < _sources.Length; i++)
        {
            if (_sources[i].HasHead && (nearest < 0 || IsNearer(_sources[i].Head, _sources[nearest].Head)))
            {
                nearest = i;
            }
        }

        return nearest;
    }

    private static bool IsNearer(in PackedHit one, in PackedHit other) =>
        one.Distance < other.Distance
        || (one.Distance == other.Distance && one.Id.Span.SequenceCompareTo(other.Id.Span) < 0);

    /// <summary>The hits of one silo that are not merged yet.</summary>
    private struct Source
    {
        public PackedHitsReader Reader;
        public PackedHit Head;
        private int _behindHead;

        public bool HasHead { get; private set; }

        public int BeginQuery()
        {
            var count = Reader.ReadHitCount();
            _behindHead = count;
            Advance();
            return count;
        }

        public void Advance()
        {
            HasHead = _behindHead > 0;
            if (HasHead)
            {
                Head = Reader.ReadHit();
                _behindHead--;
            }
        }

        public void SkipRest()
        {
            while (_behindHead > 0)
            {
                Reader.ReadHit();
                _behindHead--;
            }
        }
    }
}
