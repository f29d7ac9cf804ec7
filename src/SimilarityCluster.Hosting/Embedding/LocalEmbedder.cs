using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings;
using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Hosting.Embedding;

/// <summary>Embeds in this process, with the same engine that a worker serves.</summary>
/// <remarks>Nothing is passed on: the call's token, cancelled at its deadline, is enough.</remarks>
/// <param name="engine">The engine.</param>
internal sealed class LocalEmbedder(EmbeddingEngine engine) : IEmbedder
{
    /// <inheritdoc/>
    public Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        engine.EmbedAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<ListModelsResponse> ListModelsAsync(
        ListModelsRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        engine.ListModelsAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<GetModelResponse> GetModelAsync(
        GetModelRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        engine.GetModelAsync(request, cancellationToken);
}
