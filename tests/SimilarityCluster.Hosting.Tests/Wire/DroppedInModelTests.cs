using System.IO.Compression;
using Google.Protobuf;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Processes;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Hosting.Tests.Wire;

public sealed class DroppedInModelTests
{
    // The model takes RGB of -1 to 1 and gives an embedding beside its class scores.
    private const string Preprocessor =
        """
        {
          "do_resize": true, "size": { "shortest_edge": 224 }, "resample": 2,
          "do_center_crop": true, "crop_size": { "height": 224, "width": 224 },
          "do_rescale": true, "rescale_factor": 0.00392156862745098,
          "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]
        }
        """;

    private const string Worker = """{ "output": "embedding" }""";

    [Fact]
    public async Task Search_ByPictureWithADroppedInModel_FindsThePicture()
    {
        var model = RequiredData.Find("models/tf2_mobilenet_v2_1.0_224/model.onnx");
        var emoji = RequiredData.Find("emoji/png128.zip");
        using var data = new DataFolder();
        var folder = Directory.CreateDirectory(Path.Combine(data.Path, "models", "mobilenet", "1")).FullName;
        File.Copy(model, Path.Combine(folder, "model.onnx"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "preprocessor_config.json"),
            Preprocessor,
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "worker.json"), Worker, TestContext.Current.CancellationToken);
        await using var server = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Storage:Directory"] = data.Path },
            TestContext.Current.CancellationToken);
        using var channel = Callers.Open(server.GrpcAddress);
        var callers = new Callers(channel);
        var pictures = ReadPictures(emoji, count: 24);
        await callers.Collections.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "emoji", Model = "mobilenet" },
            cancellationToken: TestContext.Current.CancellationToken);
        var written = await callers.Records.UpsertRecordsAsync(new UpsertRecordsRequest
        {
            Collection = "emoji",
            Records =
            {
                pictures.Select(picture => new RecordInput { Id = picture.Name, Input = Image(picture.Png) }),
            },
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(24u, written.UpsertedCount);

        var answer = await callers.Searches.SearchAsync(new SearchRequest
        {
            Collection = "emoji",
            Query = new Query { Input = Image(pictures[5].Png) },
            Options = new SearchOptions { Limit = 3, Exact = true },
        }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(pictures[5].Name, answer.Hits[0].Id);
        Assert.InRange(answer.Hits[0].Distance, -1e-4f, 1e-4f);
        Assert.True(answer.Hits[1].Distance > .01f, $"The next picture is {answer.Hits[1].Distance} away.");
        Assert.Equal("mobilenet@1", answer.Receipt.Model);
    }

    private static RawInput Image(byte[] png) => new() { Image = ByteString.CopyFrom(png) };

    private static List<(string Name, byte[] Png)> ReadPictures(string file, int count)
    {
        using var archive = ZipFile.OpenRead(file);
        var entries = archive.Entries
            .Where(entry => entry.Name.EndsWith(".png", StringComparison.Ordinal))
            .ToList();
        var step = entries.Count / count;
        return [.. Enumerable.Range(0, count).Select(number => Read(entries[number * step]))];
    }

    private static (string Name, byte[] Png) Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return (entry.Name, memory.ToArray());
    }
}
