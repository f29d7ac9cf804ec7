using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Tests;

public sealed class SimilarityGrainsExtensionsTests
{
    [Fact]
    public void AddSimilarityGrains_Configured_BindsSearchAndShard()
    {
        using var services = Build(
            ("Search:Threads", "3"), ("Search:QueueLimit", "77"), ("Shard:TailLimit", "500"));

        var search = services.GetRequiredService<IOptions<SearchOptions>>().Value;
        Assert.Equal((3, 77), (search.Threads, search.QueueLimit));
        Assert.Equal(500, services.GetRequiredService<IOptions<ShardStoreOptions>>().Value.TailLimit);
    }

    [Theory]
    [InlineData("Search:Threads")]
    [InlineData("Shard:TailLimit")]
    public void AddSimilarityGrains_OutOfRange_IsRefusedByName(string key)
    {
        using var services = Build((key, "-5"));

        var exception = Assert.Throws<OptionsValidationException>(
            () => (services.GetRequiredService<IOptions<SearchOptions>>().Value,
                services.GetRequiredService<IOptions<ShardStoreOptions>>().Value));

        Assert.Contains(key.Split(':')[1], exception.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        return new ServiceCollection().AddSimilarityGrains(configuration).BuildServiceProvider();
    }
}
