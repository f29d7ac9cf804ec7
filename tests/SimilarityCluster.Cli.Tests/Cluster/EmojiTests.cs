using System.IO.Compression;
using System.Text.Json;
using SimilarityCluster.Hosting;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Cli.Tests.Cluster;

public sealed class EmojiTests
{
    private const int PictureCount = 200;

    [Fact]
    public async Task IndexAndSearch_Emoji_FindsEachItselfAndSkipsThemTheSecondTime()
    {
        using var folder = new TemporaryFolder();
        var ids = Unpack(folder);
        folder.Write("broken.png", [1, 2, 3]);
        await using var cluster = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal), TestContext.Current.CancellationToken);
        var server = cluster.GrpcAddress.ToString();
        string[] index = ["index", folder.Path, "--collection", "emoji", "--server", server];

        var first = await CliRun.OfAsync(index);
        var second = await CliRun.OfAsync(index);

        Assert.Equal($"indexed {PictureCount}, skipped 0, failed 1", first.Output.Trim());
        Assert.Contains("broken.png", first.Error, StringComparison.Ordinal);
        Assert.Equal($"indexed 0, skipped {PictureCount}, failed 1", second.Output.Trim());
        Assert.Equal(ids[7], await NearestAsync(server, Path.Combine(folder.Path, ids[7])));
        var status = await CliRun.OfAsync("status", "--server", server);
        Assert.Equal(0, status.ExitCode);
        Assert.Contains(" 200 ", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IndexAndSearch_DroppedInModel_ServesTheEmoji()
    {
        const string Model = "tf2_mobilenet_v2_1.0_224";
        using var folder = new TemporaryFolder();
        using var models = new TemporaryFolder();
        var ids = Unpack(folder);
        models.Write($"{Model}/1/model.onnx", await File.ReadAllBytesAsync(
            RequiredData.Find($"models/{Model}/model.onnx"), TestContext.Current.CancellationToken));
        models.Write($"{Model}/1/preprocessor_config.json", """
            {"do_resize":true,"size":{"height":224,"width":224},
             "do_rescale":true,"rescale_factor":0.00392156862745098,
             "do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}
            """u8.ToArray());
        models.Write($"{Model}/1/worker.json", """{"output":"embedding"}"""u8.ToArray());
        await using var cluster = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Embedding:Models"] = models.Path },
            TestContext.Current.CancellationToken);
        var server = cluster.GrpcAddress.ToString();

        var run = await CliRun.OfAsync(
            "index", folder.Path, "--collection", "emoji", "--model", Model, "--server", server);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal($"indexed {PictureCount}, skipped 0, failed 0", run.Output.Trim());
        Assert.Equal(ids[7], await NearestAsync(server, Path.Combine(folder.Path, ids[7])));
    }

    private static async Task<string?> NearestAsync(string server, string picture)
    {
        var run = await CliRun.OfAsync(
            "search", "--collection", "emoji", "--image", picture,
            "--limit", "3", "--json", "--server", server);
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        return json.RootElement.GetProperty("hits")[0].GetProperty("id").GetString();
    }

    private static List<string> Unpack(TemporaryFolder folder)
    {
        using var archive = ZipFile.OpenRead(RequiredData.Find("emoji/png128.zip"));
        var entries = archive.Entries.Where(entry => entry.Name.EndsWith(".png", StringComparison.Ordinal))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Take(PictureCount)
            .ToList();
        foreach (var entry in entries)
        {
            entry.ExtractToFile(Path.Combine(folder.Path, entry.Name));
        }

        return [.. entries.Select(entry => entry.Name)];
    }
}
