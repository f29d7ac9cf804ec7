using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;

namespace SimilarityCluster.Storage.Records;

/// <summary>
/// The state that the log tells: rows with vector, id and metadata, and which row of an id is live.
/// </summary>
/// <remarks>
/// One writer applies batches; everything else may be called by anybody. A batch appends its rows unseen, and
/// then, under the lock, publishes them and retires those that they replace. A search takes no lock: it
/// compares <see cref="Version"/> before and after, and where a batch came between it asks
/// <see cref="DropDead"/>.
/// </remarks>
internal sealed class ShardRows
{
    private readonly Lock _sync = new();
    private readonly Lock _listingSync = new();
    private readonly RecordTable _records = new();
    private readonly IdMap _ids;
    private readonly IdListing _listing;
    private int _published;
    private long _sequence;
    private long _version;

    internal ShardRows(ShardSchema schema)
    {
        Vectors = new VectorRows(schema.Metric, schema.Dimension);
        Dimension = schema.Dimension;
        _ids = new IdMap(_records);
        _listing = new IdListing(_records, () => Published, Vectors.IsDeleted);
    }

    /// <summary>Vectors by row, also of rows that are not published yet.</summary>
    internal VectorRows Vectors { get; }

    /// <summary>Numbers in each vector.</summary>
    internal int Dimension { get; }

    /// <summary>Rows below this may be seen.</summary>
    internal int Published => Volatile.Read(ref _published);

    /// <summary>Batches applied.</summary>
    internal long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Odd while a batch retires rows; changes with every batch.</summary>
    internal long Version => Volatile.Read(ref _version);

    /// <summary>Orders rows by id.</summary>
    internal IdOrder Order => new(_records);

    /// <summary>Live records.</summary>
    internal int LiveCount
    {
        get
        {
            lock (_sync)
            {
                return _ids.Count;
            }
        }
    }

    /// <summary>Applies a batch: the next one of the log.</summary>
    internal ShardWriteOutcome Apply(WriteRecord write)
    {
        var first = _records.Count;
        foreach (var upsert in write.Upserts)
        {
            Vectors.Append(MemoryMarshal.Cast<byte, float>(upsert.Vector.Span));
            _records.Append(upsert.Id.Span, upsert.Metadata.Span);
        }

        lock (_sync)
        {
            Volatile.Write(ref _version, _version + 1);
            Volatile.Write(ref _published, _records.Count);
            for (var row = first; row < _records.Count; row++)
            {
                _ = Retire(_records.IdOf(row).Span);
                _ids.Add(row);
            }

            var deletedCount = write.Deletes.Count(id => Retire(id.Span));
            Volatile.Write(ref _sequence, _sequence + 1);
            Volatile.Write(ref _version, _version + 1);
            return new ShardWriteOutcome(_sequence, write.Upserts.Count, deletedCount);
        }
    }

    /// <summary>Finds the live row of an id.</summary>
    internal bool TryFind(ReadOnlySpan<byte> id, out int row)
    {
        lock (_sync)
        {
            return _ids.TryFind(id, out row);
        }
    }

    /// <summary>Lists live rows, ascending by id.</summary>
    internal List<int> List(ReadOnlyMemory<byte> after, int limit)
    {
        lock (_listingSync)
        {
            _listing.Refresh(LiveCount);
            var page = new List<int>();
            lock (_sync)
            {
                // The listing knows ids; which row is the live one is known only here.
                foreach (var candidate in _listing.RowsAfter(after))
                {
                    if (page.Count == limit)
                    {
                        break;
                    }

                    if (_ids.TryFind(_records.IdOf(candidate).Span, out var row))
                    {
                        page.Add(row);
                    }
                }
            }

            return page;
        }
    }

    /// <summary>Removes the hits that died while they were searched.</summary>
    /// <returns>How many are left, at the front.</returns>
    internal int DropDead(Span<RowHit> hits)
    {
        lock (_sync)
        {
            var kept = 0;
            foreach (var hit in hits)
            {
                if (!Vectors.IsDeleted(hit.Row))
                {
                    hits[kept++] = hit;
                }
            }

            return kept;
        }
    }

    /// <summary>The id of a published row.</summary>
    internal ReadOnlyMemory<byte> IdOf(int row) => _records.IdOf(Checked(row));

    /// <summary>The metadata of a published row.</summary>
    internal ReadOnlyMemory<byte> MetadataOf(int row) => _records.MetadataOf(Checked(row));

    /// <summary>The vector of a published row.</summary>
    internal ReadOnlySpan<float> VectorOf(int row) => Vectors[Checked(row)];

    private bool Retire(ReadOnlySpan<byte> id)
    {
        if (!_ids.TryFind(id, out var row))
        {
            return false;
        }

        _ids.Remove(row);
        return Vectors.Delete(row);
    }

    private int Checked(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Published);
        return row;
    }
}
