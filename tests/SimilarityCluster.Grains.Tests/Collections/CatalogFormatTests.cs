using System.Text;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Collections;

namespace SimilarityCluster.Grains.Tests.Collections;

public sealed class CatalogFormatTests
{
    // As the first version wrote it; later versions must go on reading it.
    private static readonly string Frozen = """
        {"format":1,"collections":[{"name":"birds","id":"00112233-4455-6677-8899-aabbccddeeff","metric":1,
        "dimension":64,"model":"descriptor","fingerprint":"f1","shardCount":4,"replicaCount":1,
        "labelField":"kind","searchBreadth":48,"description":"d","createdAt":"2020-01-01T12:00:00+00:00",
        "version":3}],"dropping":[{"id":"ffeeddcc-bbaa-9988-7766-554433221100","shardCount":2}],
        "operations":[]}
        """.ReplaceLineEndings("");

    private static readonly CollectionInfo Birds = new()
    {
        Name = "birds",
        Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        Metric = 1,
        Dimension = 64,
        Model = "descriptor",
        Fingerprint = "f1",
        ShardCount = 4,
        ReplicaCount = 1,
        LabelField = "kind",
        SearchBreadth = 48,
        Description = "d",
        CreatedAt = new DateTimeOffset(2020, 1, 1, 12, 0, 0, TimeSpan.Zero),
        Version = 3,
    };

    [Fact]
    public void Read_FrozenSample_GivesItsCatalog()
    {
        var state = CatalogFormat.Read(Encoding.UTF8.GetBytes(Frozen));

        Assert.Equal([Birds], state.Collections);
        Assert.Equal(
            [new DroppedCollection(Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"), 2)], state.Dropping);
        Assert.Empty(state.Operations);
    }

    [Fact]
    public void Write_FrozenCatalog_GivesTheSample()
    {
        var state = CatalogFormat.Read(Encoding.UTF8.GetBytes(Frozen));

        Assert.Equal(Frozen, Encoding.UTF8.GetString(CatalogFormat.Write(state)));
    }

    [Theory]
    [InlineData(671)]
    public void Read_AnyBytesSeeded_IsReadOrRefused(int seed)
    {
        var whole = Encoding.UTF8.GetBytes(Frozen);
        byte[] other = [.. "{}[]\",:0-9nulltruefalse\\u"u8, 0, 0xff];
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)]];
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = other[random.Next(other.Length)];
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            AssertReadOrRefused(bytes);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
        }
    }

    [Theory]
    [InlineData("collections")]
    [InlineData("dropping")]
    [InlineData("operations")]
    public void Read_ListIsNull_IsRefused(string list) => Assert.Throws<InvalidDataException>(
        () => CatalogFormat.Read(Encoding.UTF8.GetBytes(
            $$"""{"format":1,"collections":[],"dropping":[],"operations":[]}"""
                .Replace($"\"{list}\":[]", $"\"{list}\":null", StringComparison.Ordinal))));

    [Fact]
    public void Write_EveryKindOfOperation_IsReadBack()
    {
        var noon = Birds.CreatedAt;
        var state = CatalogState.Empty.Create(Birds, "1", noon).State;
        state = state.Update(new CollectionChange { Name = "birds", Description = "e" }, "2", noon).State;
        state = state.Delete("birds", "3", noon).State;

        var read = CatalogFormat.Read(CatalogFormat.Write(state));

        Assert.Equal(state.Operations, read.Operations);
        Assert.Equal(state.Dropping, read.Dropping);
        Assert.Empty(read.Collections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":1}""")]
    [InlineData("""{"format":2,"collections":[],"dropping":[],"operations":[]}""")]
    [InlineData("""{"format":1,"collections":[{"name":"x"}],"dropping":[],"operations":[]}""")]
    public void Read_NoDocumentOfTheFormat_ThrowsInvalidData(string content) =>
        Assert.Throws<InvalidDataException>(() => CatalogFormat.Read(Encoding.UTF8.GetBytes(content)));

    private static void AssertReadOrRefused(byte[] bytes)
    {
        try
        {
            // What is read can be used.
            Assert.NotEmpty(CatalogFormat.Write(CatalogFormat.Read(bytes)));
        }
        catch (InvalidDataException refusal)
        {
            Assert.StartsWith("The catalog ", refusal.Message, StringComparison.Ordinal);
        }
    }
}
