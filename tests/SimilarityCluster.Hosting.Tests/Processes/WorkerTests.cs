using Google.Protobuf;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;
using SkiaSharp;

namespace SimilarityCluster.Hosting.Tests.Processes;

public sealed class WorkerTests
{
    [Fact]
    public async Task Embed_ByWorkerAndInProcess_GivesEqualVectors()
    {
        using var models = new DataFolder();
        await using var worker = await ServerProcess.StartWorkerAsync("--models", models.Path);
        await using var here = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal), CancellationToken.None);
        await using var over = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Embedding:Workers:0"] = worker.GrpcAddress.ToString(),
            },
            CancellationToken.None);

        var inProcess = await EmbedAsync(here.GrpcAddress);
        var byWorker = await EmbedAsync(over.GrpcAddress);

        Assert.Equal(inProcess.Fingerprint, byWorker.Fingerprint);
        Assert.Equal(
            inProcess.Results.Select(result => result.Vector.Data),
            byWorker.Results.Select(result => result.Vector.Data));
    }

    [Fact]
    public async Task Embed_OneOfTwoWorkersKilledUnderLoad_FailsNoCall()
    {
        using var models = new DataFolder();
        using var otherModels = new DataFolder();
        await using var first = await ServerProcess.StartWorkerAsync("--models", models.Path);
        await using var second = await ServerProcess.StartWorkerAsync("--models", otherModels.Path);
        await using var server = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Embedding:Workers:0"] = first.GrpcAddress.ToString(),
                ["Embedding:Workers:1"] = second.GrpcAddress.ToString(),
            },
            CancellationToken.None);
        using var channel = Callers.Open(server.GrpcAddress);
        var embeddings = new Callers(channel).Embeddings;
        var (done, killing) = (0, Task.CompletedTask);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (number, token) =>
            {
                var response = await embeddings.EmbedAsync(Request(number), cancellationToken: token);
                Assert.NotNull(Assert.Single(response.Results).Vector);
                if (Interlocked.Increment(ref done) == 60)
                {
                    killing = first.KillAsync();
                }
            });

        await killing;
        Assert.Equal(200, done);
    }

    private static async Task<EmbedResponse> EmbedAsync(Uri address)
    {
        using var channel = Callers.Open(address);
        var request = Request(0);
        request.Inputs.Add(Request(1).Inputs);
        return await new Callers(channel).Embeddings.EmbedAsync(request);
    }

    private static EmbedRequest Request(int number)
    {
        using var bitmap = new SKBitmap(48, 32);
        bitmap.Erase(new SKColor((byte)(number * 37), (byte)(number * 11), 90));
        bitmap.SetPixel(number % 48, 7, SKColors.White);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return new EmbedRequest
        {
            Model = "descriptor",
            Inputs = { new RawInput { Image = ByteString.CopyFrom(data.ToArray()) } },
        };
    }
}
