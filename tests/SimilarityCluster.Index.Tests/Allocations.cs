namespace SimilarityCluster.Index.Tests;

/// <summary>Counts the bytes that searches allocate.</summary>
internal static class Allocations
{
    /// <summary>Fails when a search allocates after the first ones.</summary>
    public static void AssertNone(IVectorSearcher searcher, ReadOnlySpan<float> query, int breadth)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = new RowHit[10];
        var allocated = 0L;
        for (var round = 0; round < 300; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            searcher.Search(query, breadth, hits, ref order, ref never);
            allocated = round < 10 ? 0 : allocated + GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
