using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>
/// Sets of rows that queries are restricted to: each query has its own, as the queries of many users have.
/// </summary>
internal static class FilterSets
{
    private const ulong Seed = 20_261_130;

    /// <summary>Draws rows, whatever the query.</summary>
    /// <param name="rowCount">Rows to draw from.</param>
    /// <param name="memberCount">Rows to draw.</param>
    /// <param name="query">Decides which.</param>
    /// <returns>The set.</returns>
    public static RowSet Random(int rowCount, int memberCount, int query)
    {
        // Floyd's draw without replacement (Bentley and Floyd 1987).
        var random = new NormalRandom(Seed + (ulong)query);
        var drawn = new HashSet<int>(memberCount);
        for (var last = rowCount - memberCount; last < rowCount; last++)
        {
            var row = random.Below(last + 1);
            drawn.Add(drawn.Contains(row) ? last : row);
        }

        return RowSet.Of([.. drawn]);
    }

    /// <summary>Takes the rows that are farthest from the query.</summary>
    /// <param name="byDistance">All rows, nearest first.</param>
    /// <param name="memberCount">Rows to take.</param>
    /// <returns>The set.</returns>
    public static RowSet Farthest(ReadOnlySpan<RowHit> byDistance, int memberCount)
    {
        var builder = new RowSetBuilder();
        foreach (var hit in byDistance[^memberCount..])
        {
            builder.Add(hit.Row);
        }

        return builder.Build();
    }
}
