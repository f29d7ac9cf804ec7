using SimilarityCluster.Index;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>A new segment, and where its rows were before.</summary>
/// <param name="part">The segment's part.</param>
/// <param name="sources">For each of its rows, the part and the row there.</param>
internal sealed class SealedRows(SealedPart part, MergedRow[] sources)
{
    /// <summary>The segment's part.</summary>
    internal SealedPart Part { get; } = part;

    /// <summary>The rows whose sources are members of a set.</summary>
    /// <param name="deleted">The set of the n-th old part.</param>
    internal RowSet DeletedBy(Func<int, RowSet> deleted) =>
        RowSet.Where(sources.Length, row => deleted(sources[row].Source).Contains(sources[row].Row));

    /// <summary>Finds the rows that old ones have now; -1 for none.</summary>
    /// <param name="rowCounts">Rows of each old part.</param>
    internal Func<int, int, int> NewRows(IReadOnlyList<int> rowCounts)
    {
        var rows = rowCounts.Select(count => new int[count]).ToArray();
        Array.ForEach(rows, part => Array.Fill(part, -1));
        for (var row = 0; row < sources.Length; row++)
        {
            rows[sources[row].Source][sources[row].Row] = row;
        }

        return (source, row) => rows[source][row];
    }
}
