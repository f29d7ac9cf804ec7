using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Embeddings.Batching;

/// <summary>What became of one input.</summary>
/// <param name="Vector">Shape [dimension], of length 1; null when there is an error.</param>
/// <param name="Error">Why there is no vector; null when there is one.</param>
/// <param name="Queue">How long the input waited for its run.</param>
/// <param name="Inference">How long the run took.</param>
internal readonly record struct EmbeddingOutcome(
    float[]? Vector, ServiceError? Error, TimeSpan Queue, TimeSpan Inference)
{
    /// <summary>An input that never reached the model.</summary>
    /// <param name="error">Why.</param>
    /// <returns>The outcome.</returns>
    public static EmbeddingOutcome Refused(ServiceError error) =>
        new(null, error, TimeSpan.Zero, TimeSpan.Zero);
}
