namespace SimilarityCluster.Index.Tests;

/// <summary>Stops when it has been asked a number of times.</summary>
internal struct StopAfter(int questions) : IStopCondition
{
    private int _asked;

    /// <summary>Whether it has said so.</summary>
    public readonly bool HasStopped => _asked >= questions;

    /// <inheritdoc/>
    public bool ShouldStop() => ++_asked >= questions;
}
