using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SimilarityCluster.Embeddings.Tests;

public sealed class EmbeddingOptionsTests
{
    [Fact]
    public void Defaults_NothingSet_AreThoseOfTheDocumentation()
    {
        var options = Bound();

        Assert.Equal(Path.Combine("data", "models"), options.Models);
        Assert.Equal(ProviderChoice.Auto, options.Provider);
        Assert.Equal(
            (32, 4_096, 64_000_000L, 0, 16),
            (options.BatchLimit, options.QueueLimit, options.MaxImagePixels, options.DecodeThreads,
                options.StreamWindow));
    }

    [Fact]
    public void AddEmbeddings_SectionGiven_IsBound() =>
        Assert.Equal(ProviderChoice.Cuda, Bound(("Embedding:Provider", "cuda")).Provider);

    [Theory]
    [InlineData("Embedding:BatchLimit", "0")]
    [InlineData("Embedding:QueueLimit", "0")]
    [InlineData("Embedding:MaxImagePixels", "64000001")]
    [InlineData("Embedding:Models", "")]
    public void AddEmbeddings_OutOfRange_NamesTheKey(string key, string value)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Bound((key, value)));

        Assert.Contains(key.Split(':')[1], exception.Message, StringComparison.Ordinal);
    }

    private static EmbeddingOptions Bound(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .Build();
        using var services = new ServiceCollection().AddLogging().AddEmbeddings(configuration)
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<EmbeddingOptions>>().Value;
    }
}
