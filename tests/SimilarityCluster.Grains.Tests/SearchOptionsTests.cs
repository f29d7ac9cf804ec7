using Microsoft.Extensions.Options;

namespace SimilarityCluster.Grains.Tests;

public sealed class SearchOptionsTests
{
    [Fact]
    public void Defaults_NothingSet_AreAsDocumented()
    {
        var options = new SearchOptions();

        Assert.Equal((0, 4_096), (options.Threads, options.QueueLimit));
        Assert.True(new SearchOptionsValidator().Validate(null, options).Succeeded);
    }

    [Theory]
    [InlineData(-1, 100, "Threads")]
    [InlineData(1_025, 100, "Threads")]
    [InlineData(0, 0, "QueueLimit")]
    [InlineData(0, 1_000_001, "QueueLimit")]
    public void Validate_OutOfRange_NamesTheOption(int threads, int queueLimit, string name)
    {
        var result = new SearchOptionsValidator().Validate(
            Options.DefaultName, new SearchOptions { Threads = threads, QueueLimit = queueLimit });

        Assert.True(result.Failed);
        Assert.Contains(name, result.FailureMessage, StringComparison.Ordinal);
    }
}
