using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;

namespace SimilarityCluster.Storage.Parts;

/// <summary>The state that the log tells: the parts of a shard, and which row of an id is live.</summary>
/// <remarks>
/// One writer applies batches; everything else may be called by anybody. A batch appends its rows unseen, and
/// then, under the lock, publishes them and retires those that they replace. A search takes no lock: it
/// compares <see cref="Version"/> before and after, and where something came between it asks
/// <see cref="DropDead"/>.
/// </remarks>
internal sealed class ShardRows
{
    private readonly Lock _sync = new();
    private readonly Lock _listingSync = new();
    private readonly Func<GrowingPart> _makePart;
    private readonly Dictionary<IShardPart, List<int>> _watched = [];
    private IShardPart[] _parts; // The growing one last.
    private long _sequence;
    private long _version;

    internal ShardRows(ShardSchema schema, HnswOptions options)
    {
        Dimension = schema.Dimension;
        _makePart = () => new GrowingPart(schema, options);
        Growing = _makePart();
        _parts = [Growing];
    }

    /// <summary>Numbers in each vector.</summary>
    internal int Dimension { get; }

    /// <summary>Where the writer appends.</summary>
    internal GrowingPart Growing { get; private set; }

    /// <summary>All parts, oldest first, the growing one last.</summary>
    internal IReadOnlyList<IShardPart> Parts => Volatile.Read(ref _parts);

    /// <summary>Batches applied.</summary>
    internal long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Odd while rows are retired or parts replaced; changes with every such change.</summary>
    internal long Version => Volatile.Read(ref _version);

    /// <summary>Live records.</summary>
    internal long LiveCount
    {
        get
        {
            lock (_sync)
            {
                return _parts.Sum(part => (long)part.LiveCount);
            }
        }
    }

    /// <summary>Begins with what a checkpoint says; before anything else.</summary>
    internal void Restore(IEnumerable<IShardPart> parts, long sequence)
    {
        _parts = [.. parts, Growing];
        _sequence = sequence;
    }

    /// <summary>Applies a batch: the next one of the log.</summary>
    internal ShardWriteOutcome Apply(WriteRecord write)
    {
        foreach (var upsert in write.Upserts)
        {
            Growing.Append(upsert, _sequence + 1);
        }

        lock (_sync)
        {
            BeginChange();
            var first = Growing.Publish();
            for (var row = first; row < Growing.Published; row++)
            {
                _ = Retire(Growing.IdOf(row));
                Growing.MakeLive(row);
            }

            var deletedCount = write.Deletes.Count(id => Retire(id.Span));
            Volatile.Write(ref _sequence, _sequence + 1);
            EndChange();
            return new ShardWriteOutcome(_sequence, write.Upserts.Count, deletedCount);
        }
    }

    /// <summary>Begins a new growing part; by the writer, between batches.</summary>
    /// <returns>The one before, to which no row is added any more, and what is deleted now.</returns>
    internal FrozenRows Freeze()
    {
        lock (_sync)
        {
            var frozen = Growing;
            var deleted = _parts.ToDictionary(part => part, part => part.Vectors.DeletedRows());
            Growing = _makePart();
            Volatile.Write(ref _parts, [.. _parts, Growing]);
            return new FrozenRows(frozen, _sequence, deleted);
        }
    }

    /// <summary>Notes which rows of some parts are deleted from now on, until they are replaced.</summary>
    /// <returns>For each part, the rows that are deleted now.</returns>
    internal RowSet[] Watch(IReadOnlyList<IShardPart> parts)
    {
        lock (_sync)
        {
            foreach (var part in parts)
            {
                _watched.Add(part, []);
            }

            return [.. parts.Select(part => part.Vectors.DeletedRows())];
        }
    }

    /// <summary>Puts one part in the place of watched ones that have the same records.</summary>
    /// <param name="old">The parts to replace.</param>
    /// <param name="young">
    /// Has deleted what was deleted when the watch began; null when no row is left.
    /// </param>
    /// <param name="newRowOf">
    /// The row that a row of the n-th old part has in the new one; -1 for none.
    /// </param>
    internal void Replace(IReadOnlyList<IShardPart> old, IShardPart? young, Func<int, int, int> newRowOf)
    {
        lock (_sync)
        {
            BeginChange();
            for (var source = 0; source < old.Count; source++)
            {
                _watched.Remove(old[source], out var dead);
                foreach (var row in dead!.Select(row => newRowOf(source, row)).Where(row => row >= 0))
                {
                    young!.Retire(row);
                }
            }

            var place = Array.IndexOf(_parts, old[0]);
            var parts = _parts.ToList();
            if (young is not null)
            {
                parts[place] = young;
            }

            parts.RemoveAll(old.Contains);
            Volatile.Write(ref _parts, [.. parts]);
            EndChange();
        }
    }

    /// <summary>Finds the live record of an id.</summary>
    internal bool TryFind(ReadOnlySpan<byte> id, out StoredRecord record)
    {
        lock (_sync)
        {
            return TryFindLocked(id, out record);
        }
    }

    /// <summary>Counts the live records that a filter means.</summary>
    internal long CountOf(RecordFilter filter)
    {
        while (true)
        {
            // What takes time comes before the lock; under it, only what came since.
            var parts = Volatile.Read(ref _parts);
            var ends = Array.ConvertAll(parts, part => part.Published);
            var meant = Array.ConvertAll(parts, part => part.RowsOf(filter));
            lock (_sync)
            {
                if (_parts == parts)
                {
                    return parts.Select((part, index) => CountOf(part, meant[index], ends[index])).Sum();
                }
            }
        }

        long CountOf(IShardPart part, RowSet rows, int end)
        {
            long count = rows.Except(part.Vectors.DeletedRows()).CountBelow(end);
            for (var row = end; row < part.Published; row++)
            {
                count += !part.Vectors.IsDeleted(row) && filter.Matches(part.MetadataOf(row)) ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Lists live records, ascending by id; without a filter all as of one moment.</summary>
    internal List<StoredRecord> List(ReadOnlyMemory<byte> after, int limit, RecordFilter? filter)
    {
        lock (_listingSync)
        {
            // Oldest first: what replaced a row that is seen dead is in this part or in a later one.
            var parts = Volatile.Read(ref _parts);
            foreach (var part in parts)
            {
                part.PrepareListing();
            }

            if (filter is not null)
            {
                // It may have to pass over many before it has a page: no write need wait for that.
                return PageOf(parts, after, limit, filter);
            }

            lock (_sync)
            {
                return PageOf(parts, after, limit, filter);
            }
        }
    }

    /// <summary>Removes the hits that died while they were searched.</summary>
    /// <returns>How many are left, at the front.</returns>
    internal int DropDead(Span<ShardHit> hits)
    {
        lock (_sync)
        {
            var kept = 0;
            foreach (var hit in hits)
            {
                if (IsLive(hit.Record))
                {
                    hits[kept++] = hit;
                }
            }

            return kept;
        }
    }

    private List<StoredRecord> PageOf(
        IShardPart[] parts, ReadOnlyMemory<byte> after, int limit, RecordFilter? filter)
    {
        var page = new List<StoredRecord>();
        foreach (var candidate in PartListing.RowsAfter(parts, after, filter))
        {
            if (page.Count == limit)
            {
                break;
            }

            // The listings know ids; which row is the live one is known only to the parts.
            if (TryFind(candidate.Id, out var record) && filter?.Matches(record.Metadata) != false)
            {
                page.Add(record);
            }
        }

        return page;
    }

    private void BeginChange() => Volatile.Write(ref _version, _version + 1);

    private void EndChange() => Volatile.Write(ref _version, _version + 1);

    // Parts that were replaced hear of no deletion any more; what they have is known by id and sequence.
    private bool IsLive(in StoredRecord record) => Array.IndexOf(_parts, record.Part) >= 0
        ? !record.Part.Vectors.IsDeleted(record.Row)
        : TryFindLocked(record.Id, out var live) && live.Sequence == record.Sequence;

    private bool TryFindLocked(ReadOnlySpan<byte> id, out StoredRecord record)
    {
        for (var index = _parts.Length - 1; index >= 0; index--)
        {
            if (_parts[index].TryFind(id, out var row))
            {
                record = new StoredRecord(_parts[index], row);
                return true;
            }
        }

        record = default;
        return false;
    }

    private bool Retire(ReadOnlySpan<byte> id)
    {
        if (!TryFindLocked(id, out var record))
        {
            return false;
        }

        record.Part.Retire(record.Row);
        if (_watched.TryGetValue(record.Part, out var dead))
        {
            dead.Add(record.Row);
        }

        return true;
    }
}
