namespace SimilarityCluster.Storage.S3;

/// <summary>What is known of a file in the cache.</summary>
/// <param name="bytes">Its length.</param>
internal sealed class CachedFile(long bytes)
{
    private int _maps;

    /// <summary>Its length.</summary>
    internal long Bytes => bytes;

    /// <summary>When it was mapped or added last.</summary>
    internal DateTimeOffset LastUse { get; set; }

    /// <summary>Whether memory of it is in use.</summary>
    internal bool IsHeld => Volatile.Read(ref _maps) > 0;

    /// <summary>Notes that it is mapped once more.</summary>
    internal void Hold() => Interlocked.Increment(ref _maps);

    /// <summary>Notes that a map ended; on any thread, the finaliser's too.</summary>
    internal void Release() => Interlocked.Decrement(ref _maps);
}
