using Grpc.Net.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>The clients of one server.</summary>
/// <param name="channel">The way to it.</param>
internal sealed class Callers(GrpcChannel channel)
{
    public CollectionService.CollectionServiceClient Collections { get; } = new(channel);

    public RecordService.RecordServiceClient Records { get; } = new(channel);

    public SearchService.SearchServiceClient Searches { get; } = new(channel);

    public EmbeddingService.EmbeddingServiceClient Embeddings { get; } = new(channel);

    /// <summary>Opens a channel that holds no limit of its own against the server's.</summary>
    /// <param name="address">The server.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel Open(Uri address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
    });

    /// <summary>Makes a collection of vectors.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="metric">Its metric.</param>
    /// <param name="dimension">Numbers in each vector.</param>
    /// <param name="shardCount">Its shards.</param>
    /// <returns>When it is there.</returns>
    public async Task CreateAsync(string name, Metric metric, int dimension, int shardCount = 1) =>
        await Collections.CreateCollectionAsync(new CreateCollectionRequest
        {
            Name = name,
            Metric = metric,
            Dimension = (uint)dimension,
            ShardCount = (uint)shardCount,
        });

    /// <summary>Makes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="vector">Its vector.</param>
    /// <returns>The record.</returns>
    public static RecordInput Record(string id, params ReadOnlySpan<float> vector) =>
        new() { Id = id, Vector = PackedVector.Pack(vector) };
}
