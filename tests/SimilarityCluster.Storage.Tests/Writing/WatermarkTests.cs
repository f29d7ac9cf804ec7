using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Tests.Writing;

public sealed class WatermarkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitFor_Reached_IsTrue()
    {
        var mark = new Watermark(3);
        Assert.True(await mark.WaitForAsync(3, Token));
        var waiting = mark.WaitForAsync(5, Token);
        mark.Advance(4);
        Assert.False(waiting.IsCompleted);
        mark.Advance(6);
        Assert.True(await waiting);
        mark.Advance(1);
        Assert.Equal(6, mark.Value);
    }

    [Fact]
    public async Task WaitFor_Closed_IsTrueOnlyForWhatWasReached()
    {
        var mark = new Watermark(3);
        var waiting = mark.WaitForAsync(5, Token);
        mark.Close();
        Assert.False(await waiting);
        Assert.False(await mark.WaitForAsync(4, Token));
        Assert.True(await mark.WaitForAsync(3, Token));
    }

    [Fact]
    public async Task WaitFor_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = new Watermark(0).WaitForAsync(1, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
