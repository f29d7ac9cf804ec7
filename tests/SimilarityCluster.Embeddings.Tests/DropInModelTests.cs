using SimilarityCluster.Contracts;
using SimilarityCluster.Embeddings.Tests.Support;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Embeddings.Tests;

public sealed class DropInModelTests
{
    [Theory]
    [InlineData("tf2_mobilenet_v2_1.0_224", 224, 1_280)]
    [InlineData("mobilenet_v1_0.25_128", 128, 256)]
    public async Task EmbedAsync_FolderDroppedIn_Serves(string name, int side, int dimension)
    {
        var file = RequiredData.Find($"models/{name}/model.onnx");
        await using var engines = new Engines(configure: static options => options.BatchLimit = 2);
        engines.Write(
            $"{name}/1/preprocessor_config.json",
            $$"""
            {
              "do_resize": true, "size": { "shortest_edge": {{side}} },
              "do_center_crop": true, "crop_size": { "height": {{side}}, "width": {{side}} },
              "do_rescale": true, "rescale_factor": 0.00392156862745098,
              "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]
            }
            """);
        engines.Write($"{name}/1/worker.json", """{ "output": "embedding" }""");
        File.Copy(file, Path.Combine(engines.Models, name, "1", "model.onnx"));

        var response =
            await engines.EmbedWithAsync(name, Engines.Image(1), Engines.Image(2), Engines.Image(1));

        var vectors = response.Results.Select(static result => PackedVector.ToArray(result.Vector)).ToArray();
        Assert.All(vectors, vector => Assert.Equal(dimension, vector.Length));
        Assert.Equal(vectors[0], vectors[2], static (x, y) => Math.Abs(x - y) < 1e-4);
        Assert.True(vectors[0].Zip(vectors[1], static (x, y) => x * y).Sum() < 0.999f);
    }
}
