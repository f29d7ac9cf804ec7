#pragma warning disable MA0048 // The comparer is read with the map that it makes.
using System.IO.Hashing;
using System.Security.Cryptography;

namespace SimilarityCluster.Storage.Parts;

/// <summary>
/// The live row of each id: a set of rows that compares them by id, so that ids are stored once. Not
/// thread-safe.
/// </summary>
internal sealed class IdMap
{
    private readonly HashSet<int> _rows;
    private readonly HashSet<int>.AlternateLookup<ReadOnlySpan<byte>> _byId;

    internal IdMap(RecordTable records)
    {
        _rows = new HashSet<int>(new RowComparer(records));
        _byId = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Live rows.</summary>
    internal int Count => _rows.Count;

    /// <summary>Finds the live row of an id.</summary>
    internal bool TryFind(ReadOnlySpan<byte> id, out int row) => _byId.TryGetValue(id, out row);

    /// <summary>Adds a row whose id has none.</summary>
    internal void Add(int row) => _rows.Add(row);

    /// <summary>Removes a row.</summary>
    internal void Remove(int row) => _rows.Remove(row);
}

/// <summary>Compares rows by id, and ids with rows.</summary>
internal sealed class RowComparer(RecordTable records)
    : IEqualityComparer<int>, IAlternateEqualityComparer<ReadOnlySpan<byte>, int>
{
    // Seeded, so that nobody can choose ids that all fall into one bucket.
    private readonly long _seed = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <inheritdoc/>
    public bool Equals(int x, int y) => x == y || Equals(records.IdOf(x), y);

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, int other) =>
        alternate.SequenceEqual(records.IdOf(other));

    /// <inheritdoc/>
    public int GetHashCode(int obj) => GetHashCode(records.IdOf(obj));

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate, _seed);

    /// <inheritdoc/>
    public int Create(ReadOnlySpan<byte> alternate) =>
        throw new NotSupportedException("A row is appended before its id is mapped.");
}
