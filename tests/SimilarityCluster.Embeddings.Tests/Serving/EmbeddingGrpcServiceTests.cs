using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings.Serving;
using SimilarityCluster.Embeddings.Tests.Support;
using Metadata = Grpc.Core.Metadata;

namespace SimilarityCluster.Embeddings.Tests.Serving;

public sealed class EmbeddingGrpcServiceTests
{
    [Fact]
    public async Task StreamEmbed_GoodAndBadRequests_AreAnsweredUnderTheirIds()
    {
        await using var engines = new Engines();
        var service = new EmbeddingGrpcService(
            engines.Engine, Options.Create(new EmbeddingOptions { StreamWindow = 3 }), TimeProvider.System);
        var requests = Enumerable.Range(0, 10).Select(index => new StreamEmbedRequest
        {
            RequestId = (ulong)index,
            Request = new EmbedRequest
            {
                Model = index == 4 ? "unknown" : "descriptor",
                Inputs = { Engines.Image(index) },
            },
        });
        var answers = new Answers();

        await service.StreamEmbed(new Requests(requests), answers, new Call(Engines.Token));

        var ordered = answers.Written.OrderBy(static answer => answer.RequestId).ToList();
        Assert.Equal(Enumerable.Range(0, 10)
            .Select(static index => (ulong)index), ordered.Select(static answer => answer.RequestId));
        Assert.Equal(
            (Reasons.ModelNotFound, "model", (int)StatusCode.NotFound),
            (ordered[4].Error.Reason, ordered[4].Error.Field, ordered[4].Error.Code));
        Assert.All(ordered.Where(static answer => answer.RequestId != 4), static answer =>
            Assert.NotNull(answer.Response.Results[0].Vector));
    }

    [Fact]
    public async Task Embed_DeadlineExpired_SaysSo()
    {
        await using var engines = new Engines();
        var service = new EmbeddingGrpcService(
            engines.Engine, Options.Create(new EmbeddingOptions()), TimeProvider.System);
        using var expired = new CancellationTokenSource();
        await expired.CancelAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => service.Embed(
            new EmbedRequest { Model = "descriptor", Inputs = { Engines.Image(1) } },
            new Call(expired.Token) { Until = DateTime.UnixEpoch }));

        Assert.Equal((StatusCode.DeadlineExceeded, Reasons.DeadlineExpired, string.Empty, false),
            Engines.Describe(exception));
    }

    private sealed class Requests(IEnumerable<StreamEmbedRequest> requests)
        : IAsyncStreamReader<StreamEmbedRequest>
    {
        private readonly IEnumerator<StreamEmbedRequest> _requests = requests.GetEnumerator();

        public StreamEmbedRequest Current => _requests.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) =>
            Task.FromResult(_requests.MoveNext());
    }

    private sealed class Answers : IServerStreamWriter<StreamEmbedResponse>
    {
        public List<StreamEmbedResponse> Written { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(StreamEmbedResponse message)
        {
            Written.Add(message);
            return Task.CompletedTask;
        }

        public Task WriteAsync(StreamEmbedResponse message, CancellationToken cancellationToken) =>
            WriteAsync(message);
    }

    private sealed class Call(CancellationToken cancellationToken) : ServerCallContext
    {
        public DateTime Until { get; init; } = DateTime.MaxValue;

        protected override string MethodCore => "Embed";

        protected override string HostCore => "localhost";

        protected override string PeerCore => "test";

        protected override DateTime DeadlineCore => Until;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(
            ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
