using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;

namespace SimilarityCluster.Gateway.Tests.Embedding;

public sealed class EmbeddingGrpcServiceTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync(Stop);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Embed_BadInputsAmongGoodOnes_ErrAtTheirOwnPositions()
    {
        var response = await _host.Embedding.EmbedAsync(
            new()
            {
                Model = "toy",
                Inputs =
                {
                    new RawInput(), new RawInput { Text = "abc" },
                    new RawInput { Image = Google.Protobuf.ByteString.CopyFrom(1) },
                },
            },
            cancellationToken: Stop);

        Assert.Equal(
            ["INVALID_FIELD inputs[0]", "vector", "MODEL_DOES_NOT_ACCEPT inputs[2].image"],
            response.Results.Select(
                result => result.Error is { } error ? $"{error.Reason} {error.Field}" : "vector"));
    }

    [Fact]
    public async Task StreamEmbed_EmbedderFails_IsAnsweredInPlaceAndTheStreamGoesOn()
    {
        using var stream = _host.Embedding.StreamEmbed(cancellationToken: Stop);
        _host.Embedder.Failure = () => ServiceErrors.EmbedderUnavailable("away").ToRpcException();
        await stream.RequestStream.WriteAsync(Request(1), Stop);
        Assert.True(await stream.ResponseStream.MoveNext(Stop));
        var failed = stream.ResponseStream.Current;

        _host.Embedder.Failure = () => null;
        await stream.RequestStream.WriteAsync(Request(2), Stop);
        Assert.True(await stream.ResponseStream.MoveNext(Stop));

        Assert.Equal((1ul, Reasons.EmbedderUnavailable), (failed.RequestId, failed.Error.Reason));
        Assert.Equal((int)StatusCode.Unavailable, failed.Error.Code);
        Assert.Equal(2ul, stream.ResponseStream.Current.RequestId);
        Assert.Single(stream.ResponseStream.Current.Response.Results);
        await stream.RequestStream.CompleteAsync();
    }

    private static StreamEmbedRequest Request(ulong id) => new()
    {
        RequestId = id,
        Request = new() { Model = "toy", Inputs = { new RawInput { Text = "abc" } } },
    };
}
