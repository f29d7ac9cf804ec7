namespace SimilarityCluster.Storage.Objects;

/// <summary>Objects as files below one directory; one process holds the directory, unless it is shared.</summary>
public sealed class LocalObjectStore : IObjectStore, IDisposable
{
    /// <summary>Opens a directory, makes it if need be, and proves that a second put of a key fails.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="shared">
    /// Whether other processes that also say so may use the directory at the same time; put-if-absent keeps them apart.
    /// </param>
    /// <returns>The store; dispose it to let go of the directory.</returns>
    /// <exception cref="IOException">Another process holds it, or its filesystem has no hard links.</exception>
    public static LocalObjectStore Open(string directory, bool shared) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, long offset, int length, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
