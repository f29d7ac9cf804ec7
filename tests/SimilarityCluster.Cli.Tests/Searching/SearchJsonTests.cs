using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Cli.Searching;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Tests.Searching;

public sealed class SearchJsonTests
{
    [Fact]
    public void Write_Answer_HasCollectionHitsAndReceipt()
    {
        var metadata = new Metadata()
            .Set("s", "ü\"\n")
            .Set("i", 7L)
            .Set("t", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
            .Set("b", new MetadataValue { BoolValue = true })
            .Set("d", new MetadataValue { DoubleValue = 1.5 })
            .Set("l", new MetadataValue { ListValue = new StringList { Values = { "x", "y" } } })
            .Set("y", new MetadataValue { BytesValue = ByteString.CopyFrom(1, 2) });
        var answer = new SearchResponse
        {
            Hits =
            {
                new Hit { Id = "a", Distance = .25f, Metadata = metadata },
                new Hit { Id = "b", Distance = .5f },
            },
            Receipt = new Receipt
            {
                ShardsAsked = 4,
                ShardsAnswered = 3,
                SearchBreadth = 64,
                Model = "descriptor@1",
                Fingerprint = "ff",
                Stages =
                {
                    new StageTime
                    {
                        Stage = "merge",
                        Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1.5)),
                    },
                },
            },
        };

        using var json = JsonDocument.Parse(SearchJson.Write("pets", answer));

        Assert.Equal(
            """
            {"collection":"pets","hits":[{"id":"a","distance":0.25,
            "metadata":{"b":true,"d":1.5,"i":7,"l":["x","y"],"s":"\u00FC\u0022\n",
            "t":"2026-01-02T03:04:05\u002B00:00",
            "y":"AQI="}},
            {"id":"b","distance":0.5,"metadata":{}}],
            "receipt":{"shards_asked":4,"shards_answered":3,"exact":false,"search_breadth":64,
            "model":"descriptor@1","fingerprint":"ff","stages_ms":{"merge":1.5}}}
            """.ReplaceLineEndings(string.Empty),
            JsonSerializer.Serialize(json.RootElement));
    }
}
