#pragma warning disable MA0048 // The usual conditions stand beside their interface.
namespace SimilarityCluster.Index;

/// <summary>Ends a search early; a struct, so that a search that never stops pays nothing.</summary>
public interface IStopCondition
{
    /// <summary>Asked every few rows, on the searching thread.</summary>
    /// <returns>True to end the search with the best hits so far.</returns>
    bool ShouldStop();
}

/// <summary>Searches to the end.</summary>
public readonly struct NeverStop : IStopCondition
{
    /// <inheritdoc/>
    public bool ShouldStop() => false;
}

/// <summary>Stops when a token is cancelled, for instance by an expired deadline.</summary>
/// <param name="token">The token.</param>
public readonly struct CancellationStop(CancellationToken token) : IStopCondition
{
    /// <inheritdoc/>
    public bool ShouldStop() => token.IsCancellationRequested;
}
