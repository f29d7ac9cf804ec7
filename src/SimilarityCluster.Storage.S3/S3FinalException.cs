namespace SimilarityCluster.Storage.S3;

/// <summary>Carries a failure that no further try would change out of the tries.</summary>
/// <param name="failure">What the caller sees.</param>
internal sealed class S3FinalException(IOException failure) : IOException(failure.Message, failure)
{
    /// <summary>What the caller sees.</summary>
    internal IOException Failure { get; } = failure;
}
