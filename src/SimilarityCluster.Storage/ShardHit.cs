namespace SimilarityCluster.Storage;

/// <summary>A record that a search found.</summary>
/// <param name="Record">The record.</param>
/// <param name="Distance">Smaller is nearer.</param>
public readonly record struct ShardHit(StoredRecord Record, float Distance)
{
    /// <summary>
    /// Merges hits into the best ones so far, ascending by distance, then by the bytes of the id.
    /// </summary>
    /// <param name="best">Receives the merged hits; its length is the limit.</param>
    /// <param name="count">How many it has already, ascending.</param>
    /// <param name="found">The others, ascending.</param>
    /// <returns>How many it has now.</returns>
    public static int Merge(Span<ShardHit> best, int count, ReadOnlySpan<ShardHit> found)
    {
        // First how many of each stay, then from the back, so that no room beside is needed.
        var total = Math.Min(count + found.Length, best.Length);
        var (left, right) = (0, 0);
        while (left + right < total)
        {
            if (left == count || (right < found.Length && Precedes(found[right], best[left])))
            {
                right++;
            }
            else
            {
                left++;
            }
        }

        for (var index = total - 1; right > 0; index--)
        {
            best[index] = left > 0 && Precedes(found[right - 1], best[left - 1])
                ? best[--left]
                : found[--right];
        }

        return total;
    }

    private static bool Precedes(in ShardHit left, in ShardHit right) => left.Distance != right.Distance
        ? left.Distance < right.Distance
        : left.Record.Id.SequenceCompareTo(right.Record.Id) < 0;
}
