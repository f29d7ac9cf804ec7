using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Gateway.Tests.Fakes;

/// <summary>The whole gateway over real gRPC, before a cluster of plain objects.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private GatewayHost(WebApplication app, FakeCluster cluster, FakeEmbedder embedder, GrpcChannel channel)
    {
        _app = app;
        _channel = channel;
        Cluster = cluster;
        Embedder = embedder;
        Collections = new CollectionService.CollectionServiceClient(channel);
        Records = new RecordService.RecordServiceClient(channel);
        Search = new SearchService.SearchServiceClient(channel);
        Embedding = new EmbeddingService.EmbeddingServiceClient(channel);
    }

    public FakeCluster Cluster { get; }

    public FakeEmbedder Embedder { get; }

    public CollectionService.CollectionServiceClient Collections { get; }

    public RecordService.RecordServiceClient Records { get; }

    public SearchService.SearchServiceClient Search { get; }

    public EmbeddingService.EmbeddingServiceClient Embedding { get; }

    public static async Task<GatewayHost> StartAsync(
        CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var cluster = new FakeCluster();
        var embedder = new FakeEmbedder();
        var builder = Loopback.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.Services.AddSingleton<IGrainFactory>(cluster);
        builder.Services.AddSingleton<IEmbedder>(embedder);
        builder.Services.AddGateway(builder.Configuration);
        var app = builder.Build();
        app.MapGateway();
        await app.StartAsync(cancellationToken);
        return new GatewayHost(
            app, cluster, embedder, GrpcChannel.ForAddress(Loopback.AddressOf(app), new GrpcChannelOptions
            {
                MaxReceiveMessageSize = null,
                MaxSendMessageSize = null,
            }));
    }

    /// <summary>Creates a collection that is named as its metric, for instance "cosine".</summary>
    public async Task CreateAsync(
        Metric metric, CancellationToken cancellationToken, uint dimension = 2, uint shards = 4,
        string model = "") =>
        await Collections.CreateCollectionAsync(
            new CreateCollectionRequest
            {
#pragma warning disable CA1308 // Names of collections are lower case.
                Name = metric.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
                Metric = metric,
                Dimension = dimension,
                ShardCount = shards,
                Model = model,
            },
            cancellationToken: cancellationToken);

    public async Task<UpsertRecordsResponse> UpsertAsync(
        string collection, CancellationToken cancellationToken, params RecordInput[] records) =>
        await Records.UpsertRecordsAsync(
            new UpsertRecordsRequest { Collection = collection, Records = { records } },
            cancellationToken: cancellationToken);

    public static RecordInput Record(string id, params float[] vector) =>
        new() { Id = id, Vector = PackedVector.Pack(vector) };

    public static Query Query(params float[] vector) => new() { Vector = PackedVector.Pack(vector) };

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
