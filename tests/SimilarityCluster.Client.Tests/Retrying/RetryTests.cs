using SimilarityCluster.Client.Retrying;

namespace SimilarityCluster.Client.Tests.Retrying;

public sealed class RetryTests
{
    private static readonly SimilarityClientOptions Options = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(100),
        LongestPause = TimeSpan.FromMilliseconds(1_000),
    };

    [Theory]
    [InlineData(1, 50, 100)]
    [InlineData(2, 100, 200)]
    [InlineData(4, 400, 800)]
    [InlineData(5, 500, 1_000)]
    [InlineData(40, 500, 1_000)]
    public void Pause_Attempt_IsHalfToWholeOfTheDoubledPause(int attempt, double leastMs, double mostMs) =>
        Assert.InRange(new Retry(Options).Pause(attempt, demanded: null).TotalMilliseconds, leastMs, mostMs);

    [Fact]
    public void Pause_ServerDemandsMore_WaitsAsDemanded() =>
        Assert.Equal(TimeSpan.FromSeconds(7), new Retry(Options).Pause(1, TimeSpan.FromSeconds(7)));

    [Fact]
    public void Pause_ServerDemandsLess_KeepsTheOwnPause() =>
        Assert.InRange(new Retry(Options).Pause(4, TimeSpan.FromMilliseconds(1)).TotalMilliseconds, 400, 800);
}
