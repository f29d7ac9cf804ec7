using SimilarityCluster.Index;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Filters;

/// <summary>What filters were found to mean in rows that do not change. Thread-safe.</summary>
internal sealed class FilterCache
{
    /// <summary>Most filters that are remembered; the one that was used longest ago is forgotten.</summary>
    internal const int MaxCount = 16;

    private readonly Lock _sync = new();
    private readonly List<(ReadOnlyMemory<byte> Filter, RowSet Rows)> _found = []; // Used last at the end.

    /// <summary>Gives what is remembered of a filter, or finds it.</summary>
    /// <param name="filter">The filter; another one of the same bytes is the same.</param>
    /// <param name="find">Finds it; perhaps by several callers at a time.</param>
    internal RowSet GetOrAdd(RecordFilter filter, Func<RowSet> find)
    {
        if (Take(filter) is not { } rows)
        {
            rows = find();
        }

        lock (_sync)
        {
            _found.RemoveAll(found => IsOf(found.Filter, filter));
            _found.Add((filter.Encoded, rows));
            if (_found.Count > MaxCount)
            {
                _found.RemoveAt(0);
            }
        }

        return rows;
    }

    private RowSet? Take(RecordFilter filter)
    {
        lock (_sync)
        {
            var index = _found.FindLastIndex(found => IsOf(found.Filter, filter));
            return index < 0 ? null : _found[index].Rows;
        }
    }

    private static bool IsOf(ReadOnlyMemory<byte> encoded, RecordFilter filter) =>
        BytesComparer.Instance.Equals(encoded, filter.Encoded);
}
