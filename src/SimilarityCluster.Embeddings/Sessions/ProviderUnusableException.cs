namespace SimilarityCluster.Embeddings.Sessions;

/// <summary>The execution provider that the configuration demands cannot be used on this machine.</summary>
public sealed class ProviderUnusableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="provider">The provider demanded.</param>
    /// <param name="problem">What is missing.</param>
    /// <param name="innerException">What the runtime said.</param>
    public ProviderUnusableException(string provider, string problem, Exception innerException)
        : base($"Embedding:Provider is {provider}, but it cannot be used: {problem}", innerException)
    {
    }
}
