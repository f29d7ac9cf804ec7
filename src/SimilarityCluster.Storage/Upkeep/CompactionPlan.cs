using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>Chooses which segments to merge.</summary>
/// <remarks>
/// Every segment costs each search a walk, so few are wanted; a merge inserts the rows of all but the largest
/// anew. The smallest ones are merged, together with each next larger one that has at most twice the rows of
/// those before it: so a row is inserted anew about as often as its shard doubles, and sizes grow
/// geometrically. A segment of which too many rows are deleted is written anew.
/// </remarks>
internal static class CompactionPlan
{
    private const int LargestRatio = 2;
    private const int MostDeletedShare = 4;

    // Fewer are not worth it, and one may stay: a graph keeps the row where walks begin.
    private const int LeastDeleted = 256;

    /// <summary>Chooses.</summary>
    /// <param name="parts">All segments of a shard.</param>
    /// <returns>Those to make one of, in their order; none when they are well as they are.</returns>
    internal static IReadOnlyList<SealedPart> Choose(IReadOnlyList<SealedPart> parts)
    {
        var ascending = parts.OrderBy(LiveRows).ToList();
        var (rows, count) = (0L, 0);
        for (var index = 0; index < ascending.Count; index++)
        {
            var more = LiveRows(ascending[index]);
            if (index > 0 && more <= LargestRatio * rows)
            {
                count = index + 1;
            }

            rows += more;
        }

        HashSet<SealedPart> chosen = count > 1
            ? [.. ascending.Take(count)]
            : [.. parts.Where(HasManyDeleted).Take(1)];
        return [.. parts.Where(chosen.Contains)];
    }

    private static bool HasManyDeleted(SealedPart part) =>
        part.CheckpointDeleted.Count == part.Published
        || part.CheckpointDeleted.Count > Math.Max(LeastDeleted, part.Published / MostDeletedShare);

    private static long LiveRows(SealedPart part) => part.Published - part.CheckpointDeleted.Count;
}
