using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Gateway.Embedding;

/// <summary>Raw inputs to packed unit vectors: by workers over gRPC, or in this process.</summary>
/// <remarks>
/// Speaks the messages of the wire, so that both ways give the same answers. Every method throws
/// <see cref="Grpc.Core.RpcException"/>s of the catalogue, and is thread-safe.
/// </remarks>
public interface IEmbedder
{
    /// <summary>Embeds a batch; a bad input has its error in its place.</summary>
    /// <param name="request">Model and inputs.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One result an input.</returns>
    Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken);

    /// <summary>Lists models.</summary>
    /// <param name="request">Which page.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>A page of models.</returns>
    Task<ListModelsResponse> ListModelsAsync(
        ListModelsRequest request, DateTime? deadline, CancellationToken cancellationToken);

    /// <summary>Reads one model.</summary>
    /// <param name="request">Which model.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The model.</returns>
    Task<GetModelResponse> GetModelAsync(
        GetModelRequest request, DateTime? deadline, CancellationToken cancellationToken);
}
