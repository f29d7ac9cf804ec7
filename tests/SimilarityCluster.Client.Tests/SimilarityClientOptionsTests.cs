namespace SimilarityCluster.Client.Tests;

public sealed class SimilarityClientOptionsTests
{
    [Fact]
    public void Defaults_NothingSet_AreAsDocumented()
    {
        var options = new SimilarityClientOptions();

        Assert.Equal(33_554_432, options.MaxMessageBytes);
        Assert.Equal(TimeSpan.FromMinutes(1), options.CallTimeout);
        Assert.Equal(6, options.MaxAttempts);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.FirstPause);
        Assert.Equal(TimeSpan.FromSeconds(5), options.LongestPause);
        Assert.Equal(64, options.BatchRecordCount);
        Assert.Equal(8_388_608, options.BatchBytes);
        Assert.Equal(4, options.BatchWindow);
        Assert.Same(TimeProvider.System, options.TimeProvider);
    }
}
