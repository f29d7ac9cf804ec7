using SimilarityCluster.Index;
using SimilarityCluster.Storage.Filters;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Filters;

public sealed class FilterCacheTests
{
    private readonly FilterCache _cache = new();
    private int _findCount;

    [Fact]
    public void GetOrAdd_AnotherFilterOfTheSameBytes_IsTheSame()
    {
        var first = Get("a");

        Assert.Same(first, Get("a"));
        Assert.NotSame(first, Get("b"));
        Assert.Equal(2, _findCount);
    }

    [Fact]
    public void GetOrAdd_MoreThanItHolds_ForgetsTheOneUsedLongestAgo()
    {
        var kept = Get("kept");
        _ = Get("lost");
        for (var number = 0; number < FilterCache.MaxCount - 1; number++)
        {
            _ = Get($"other {number}");
            Assert.Same(kept, Get("kept"));
        }

        _findCount = 0;
        _ = Get("lost");
        Assert.Equal(1, _findCount);
    }

    private RowSet Get(string field) => _cache.GetOrAdd(new ExistsModel(field).Filter, () =>
    {
        _findCount++;
        return RowSet.Of(1);
    });
}
