namespace SimilarityCluster.Index.Tests;

/// <summary>Counts the bytes that searches allocate.</summary>
internal static class Allocations
{
    /// <summary>Fails when a search allocates after the first ones.</summary>
    public static void AssertNone(IVectorSearcher searcher, ReadOnlySpan<float> query, int breadth)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = new RowHit[10];
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var search = 0; search < 300; search++)
            {
                searcher.Search(new VectorQuery(query, breadth), hits, ref order, ref never);
            }

            // A collection that another thread starts counts the rest of this thread's buffer, so the least
            // one tells.
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
