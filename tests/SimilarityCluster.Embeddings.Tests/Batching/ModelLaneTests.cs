using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings.Tests.Support;

namespace SimilarityCluster.Embeddings.Tests.Batching;

public sealed class ModelLaneTests
{
    [Fact]
    public async Task EmbedAsync_QueueFull_IsOverloadedWithRetry()
    {
        using var runner = new GatedRunner(batchLimit: 1);
        await using var engines = new Engines(runner, static options => options.QueueLimit = 2);
        var first = engines.EmbedAsync(Engines.Image(1), Engines.Image(2));
        await runner.EnteredAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => engines.EmbedAsync(Engines.Image(3)));

        Assert.Equal((StatusCode.ResourceExhausted, Reasons.Overloaded, string.Empty, true),
            Engines.Describe(exception));
        runner.Open(runs: 2);
        Assert.Equal(2, (await first).Results.Count);
    }

    [Fact]
    public async Task EmbedAsync_MoreInputsThanTheLimit_WorksAlone()
    {
        await using var engines = new Engines(configure: static options => options.QueueLimit = 1);

        var response = await engines.EmbedAsync([.. Enumerable.Range(0, 5).Select(Engines.Image)]);

        Assert.All(response.Results, static result => Assert.NotNull(result.Vector));
    }

    [Fact]
    public async Task EmbedAsync_CallerLeaves_CostsNoRun()
    {
        using var runner = new GatedRunner(batchLimit: 1);
        await using var engines = new Engines(runner);
        var kept = engines.EmbedAsync(Engines.Image(1));
        await runner.EnteredAsync();
        using var leaving = new CancellationTokenSource();
        var left = engines.Engine.EmbedAsync(
            new EmbedRequest { Model = "descriptor", Inputs = { Engines.Image(2) } }, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var last = engines.EmbedAsync(Engines.Image(3));
        runner.Open(runs: 2);
        await Task.WhenAll(kept, last);
        Assert.Equal([1, 1], runner.Batches);
    }

    [Fact]
    public async Task EmbedAsync_ZeroAndNotFiniteOutput_AreInvalidInTheirPlaces()
    {
        using var runner = new GatedRunner(batchLimit: 4);
        await using var engines = new Engines(runner);
        runner.Open(runs: 4);

        var response = await engines.EmbedAsync(
            Tensor(3, 4), Tensor(0, 0), Tensor(1e25f, 1e25f), Tensor(float.MaxValue, 0));

        Assert.Equal([0.6f, 0.8f], PackedVector.ToArray(response.Results[0].Vector));
        // The square of this one overflows; its direction does not.
        Assert.Equal(0.7071f, PackedVector.ToArray(response.Results[2].Vector)[0], tolerance: 1e-4f);
        foreach (var index in new[] { 1, 3 })
        {
            var error = response.Results[index].Error;
            Assert.Equal((Reasons.EmbeddingInvalid, $"inputs[{index}]"), (error.Reason, error.Field));
        }
    }

    private static RawInput Tensor(float first, float second)
    {
        var values = new float[3 * 64 * 64];
        (values[0], values[1]) = (first, second);
        return new RawInput
        {
            Tensor = new Tensor { Shape = { 3, 64, 64 }, Data = PackedVector.Pack(values).Data },
        };
    }
}
