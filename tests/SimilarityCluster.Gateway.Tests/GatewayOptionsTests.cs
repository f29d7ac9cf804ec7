using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Defaults_OfTheGateway_AreTheDocumentedOnes()
    {
        var options = new GatewayOptions();

        Assert.Equal(
            (4_096, 16_384, 16_384, 268_435_456, 2_048, 64, 1, 64),
            (options.MaxQueriesInFlight, options.MaxReadsInFlight, options.MaxWritesInFlight,
                options.MaxWriteBytesInFlight, options.MaxEmbedsInFlight, options.StreamWindow,
                options.DefaultShardCount, options.DefaultSearchBreadth));
        Assert.Equal(
            (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)),
            (options.CollectionCacheTime, options.RelocationTime));
        Assert.True(new GatewayOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Defaults_OfTheWorkers_AreTheDocumentedOnes()
    {
        var options = new WorkerOptions();

        Assert.Empty(options.Workers);
        Assert.Equal(
            (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
            (options.WorkerRestTime, options.ModelCacheTime));
        Assert.True(new WorkerOptionsValidator().Validate(null, options).Succeeded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_025)]
    public void Validate_StreamWindowOutOfRange_NamesTheOption(int window)
    {
        var result =
            new GatewayOptionsValidator().Validate(null, new GatewayOptions { StreamWindow = window });

        Assert.True(result.Failed);
        Assert.Contains(nameof(GatewayOptions.StreamWindow), result.FailureMessage, StringComparison.Ordinal);
    }
}
