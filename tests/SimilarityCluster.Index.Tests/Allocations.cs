namespace SimilarityCluster.Index.Tests;

/// <summary>Counts the bytes that searches allocate.</summary>
internal static class Allocations
{
    /// <summary>Fails when a search allocates after the first ones.</summary>
    public static void AssertNone(IVectorSearcher searcher, ReadOnlySpan<float> query, int breadth) =>
        AssertNone(searcher, new VectorQuery(query, breadth));

    /// <summary>Fails when a search for several vectors allocates after the first ones.</summary>
    public static void AssertNone(IVectorSearcher searcher, scoped in VectorQuery query, int queryCount = 1)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var (hits, outcomes) = (new RowHit[10 * queryCount], new SearchOutcome[queryCount]);
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var search = 0; search < 300 / queryCount; search++)
            {
                searcher.SearchEach(query, hits, outcomes, ref order, ref never);
            }

            // A collection that another thread starts counts the rest of this thread's buffer, so the least
            // one tells.
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
