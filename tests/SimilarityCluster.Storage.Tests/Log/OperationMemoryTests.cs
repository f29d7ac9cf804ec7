using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Log;

namespace SimilarityCluster.Storage.Tests.Log;

public sealed class OperationMemoryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly OperationMemory _memory;

    public OperationMemoryTests() => _memory = new OperationMemory(_time);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void TryFind_WithinTenMinutes_GivesTheOutcome()
    {
        _memory.Remember(1, Now, new ShardWriteOutcome(7, 1, 2));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(_memory.TryFind(1, out var outcome));
        Assert.Equal(new ShardWriteOutcome(7, 1, 2), outcome);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_memory.TryFind(1, out _));
        Assert.Equal(0, _memory.Count);
    }

    [Fact]
    public void Remember_ReplayedLongAfter_CountsFromTheWrite()
    {
        _memory.Remember(1, Now - (long)TimeSpan.FromMinutes(11).TotalMilliseconds, default);
        Assert.False(_memory.TryFind(1, out _));
    }

    [Fact]
    public void Remember_OperationAgainAfterItWasForgotten_IsRememberedAnew()
    {
        _memory.Remember(1, Now, new ShardWriteOutcome(1, 0, 0));
        _time.Advance(TimeSpan.FromMinutes(9));
        _memory.Remember(1, Now, new ShardWriteOutcome(2, 0, 0));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.True(_memory.TryFind(1, out var outcome));
        Assert.Equal(2, outcome.Sequence);
    }
}
