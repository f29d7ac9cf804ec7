using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings;
using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Hosting.Embedding;

/// <summary>Embeds in this process, with the same engine that a worker serves.</summary>
/// <param name="engine">The engine.</param>
internal sealed class LocalEmbedder(EmbeddingEngine engine) : IEmbedder
{
  public Task<EmbedResponse> EmbedAsync(EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken) => throw new NotImplementedException(engine.ToString());
  public Task<ListModelsResponse> ListModelsAsync(ListModelsRequest request, DateTime? deadline, CancellationToken cancellationToken) => throw new NotImplementedException();
  public Task<GetModelResponse> GetModelAsync(GetModelRequest request, DateTime? deadline, CancellationToken cancellationToken) => throw new NotImplementedException();
}
