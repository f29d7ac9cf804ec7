using SimilarityCluster.Hosting.Settings;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>The store of a silo: a bucket where one is named, else the local directory.</summary>
/// <param name="options">Which one.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerStore(StorageOptions options, TimeProvider time) : IDisposable
{
    private IObjectStore? _objects;

    /// <summary>The objects, once they are open.</summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    public IObjectStore Objects => _objects ?? throw new InvalidOperationException("The store is not open.");

    /// <summary>Opens the store, before anything uses it.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is open.</returns>
    /// <exception cref="IOException">
    /// Another process holds the directory, or the directory or the bucket cannot keep what is promised.
    /// </exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (options.S3.Bucket.Length > 0)
        {
            _objects = await S3ObjectStore.OpenAsync(options.S3, time, cancellationToken);
        }
        else
        {
            _objects = LocalObjectStore.Open(options.Directory, options.Shared);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => (_objects as IDisposable)?.Dispose();
}
