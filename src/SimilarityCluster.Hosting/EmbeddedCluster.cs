namespace SimilarityCluster.Hosting;

/// <summary>The whole server, role <c>all</c>, inside the calling process; for tests, <c>demo</c> and embedding.</summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    /// <summary>Starts a server on free loopback ports.</summary>
    /// <param name="settings">
    /// Configuration by key, for instance <c>Storage:Directory</c>; where endpoints are not given, free ports are taken.
    /// </param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running server; dispose it to drain and stop it.</returns>
    public static Task<EmbeddedCluster> StartAsync(
        IReadOnlyDictionary<string, string?> settings, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Where gRPC is served, cleartext HTTP/2.</summary>
    public Uri GrpcAddress => throw new NotImplementedException();

    /// <summary>Where health and metrics are served, HTTP/1.1.</summary>
    public Uri HttpAddress => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
