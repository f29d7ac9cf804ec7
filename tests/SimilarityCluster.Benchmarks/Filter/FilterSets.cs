using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Filter;

/// <summary>Sets of rows that queries are restricted to.</summary>
/// <param name="set">The rows and queries.</param>
/// <param name="queryCount">Queries that are asked, of the first ones.</param>
internal sealed class FilterSets(VectorSet set, int queryCount)
{
    private const ulong Seed = 20_261_130;

    // Queries that share an anti-correlated set: near each other, so that the set is far from all of them.
    private const int SharedBy = 10;

    /// <summary>Draws a share of the rows, whatever the query.</summary>
    /// <param name="selectivity">Members by rows, above 0 to 1.</param>
    /// <returns>One set for all queries.</returns>
    public IReadOnlyList<FilterGroup> Random(double selectivity)
    {
        var random = new NormalRandom(Seed);
        var rows = new int[set.RowCount];
        for (var row = 0; row < rows.Length; row++)
        {
            var place = random.Below(row + 1);
            (rows[row], rows[place]) = (rows[place], row);
        }

        return [new FilterGroup(
            RowSet.Of(rows.AsSpan(0, Members(selectivity))), [.. Enumerable.Range(0, queryCount)])];
    }

    /// <summary>Takes the rows that are farthest from some query, for it and the queries next to it.</summary>
    /// <param name="selectivity">Members by rows, above 0 to 1.</param>
    /// <returns>A set for each few queries.</returns>
    public IReadOnlyList<FilterGroup> Farthest(double selectivity)
    {
        List<FilterGroup> groups = [];
        var left = Enumerable.Range(0, queryCount).ToList();
        while (left.Count > 0)
        {
            var centre = left[0];
            var near = left.OrderBy(query => Distance(set.Query(centre), set.Query(query)))
                .Take(SharedBy).ToArray();
            left.RemoveAll(query => near.Contains(query));
            var distances = new float[set.RowCount];
            for (var row = 0; row < distances.Length; row++)
            {
                distances[row] = -Distance(set.Query(centre), set.Row(row));
            }

            var rows = Enumerable.Range(0, set.RowCount).ToArray();
            Array.Sort(distances, rows);
            groups.Add(new FilterGroup(RowSet.Of(rows.AsSpan(0, Members(selectivity))), near));
        }

        return groups;
    }

    private int Members(double selectivity) => Math.Max(1, (int)Math.Round(selectivity * set.RowCount));

    private static float Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        System.Numerics.Tensors.TensorPrimitives.Distance(left, right);
}

/// <summary>Queries with the set that they are restricted to.</summary>
/// <param name="Set">The set.</param>
/// <param name="Queries">Their numbers.</param>
internal sealed record FilterGroup(RowSet Set, IReadOnlyList<int> Queries);
