using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>
/// Objects in a bucket of an S3-compatible service; any number of processes may open one bucket.
/// </summary>
/// <remarks>
/// <para>
/// The service must be consistent (a call sees what calls before it did) and keep the condition
/// <c>If-None-Match: *</c> of a put, which is proven when a store is opened. Where it keeps that of an upload
/// in parts, too, large objects are sent so; otherwise each is one put, of 5 GiB at most.
/// </para>
/// <para>
/// Each object carries the nonce of its put. A put whose answer is lost is looked up, and its own nonce is
/// success; what fails for a moment is tried again, a bounded number of times. Then a call fails with an
/// <see cref="IOException"/> that names the key, the bucket and the endpoint, and no secret.
/// </para>
/// <para>
/// What is mapped is first copied to a directory of this machine. A streamed object is written there before
/// it is sent, so whoever maps it next has it.
/// </para>
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly S3Place _place;
    private readonly S3Tuning _tuning;
    private readonly S3Bucket _bucket;
    private readonly ObjectCache _cache;
    private bool _hasConditionalParts;
    private volatile bool _disposed;

    private S3ObjectStore(
        S3StoreOptions options, AWSCredentials? credentials, S3Tuning tuning, TimeProvider time)
    {
        _tuning = tuning;
        _client = S3Connection.Connect(options, credentials);
        try
        {
            _place = S3Connection.PlaceOf(options, _client);
            _bucket = new S3Bucket(_client, _place, tuning, time);
            _cache = ObjectCache.Open(options.CacheDirectory, options.CacheBytesLimit, time);
        }
        catch
        {
            _client.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a bucket, and proves that a second put of a key fails and that an object tells whose it is.
    /// </summary>
    /// <param name="options">Which bucket; credentials come from the SDK's default chain.</param>
    /// <param name="time">The clock of waits and of the cache.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The store; dispose it to let go of the cache directory.</returns>
    /// <exception cref="ValidationException">An option is out of range, or no bucket is named.</exception>
    /// <exception cref="IOException">
    /// There are no credentials, the bucket cannot be reached or does not keep what is needed, or another
    /// process holds the cache directory.
    /// </exception>
    public static Task<S3ObjectStore> OpenAsync(
        S3StoreOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(options, credentials: null, new S3Tuning(), time, cancellationToken);

    internal static async Task<S3ObjectStore> OpenAsync(
        S3StoreOptions options,
        AWSCredentials? credentials,
        S3Tuning tuning,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        if (options.Bucket.Length == 0)
        {
            throw new ValidationException("Storage:S3:Bucket: expected the name of a bucket, given none.");
        }

        var store = new S3ObjectStore(options, credentials, tuning, time);
        try
        {
            var probe = new S3Probe(store._client, store._place with { Folder = "probes" }, tuning, time);
            store._hasConditionalParts = await probe.RunAsync(store._cache.Pending, cancellationToken)
                .ConfigureAwait(false);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Check(key, cancellationToken);
        var array = MemoryMarshal.TryGetArray(content, out var segment) ? segment : content.ToArray();
        var written = await _bucket
            .PutAsync(key, content.Length, Open, cancellationToken).ConfigureAwait(false);
        return written.Outcome;

        MemoryStream Open() => new(array.Array!, array.Offset, array.Count, writable: false);
    }

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        Check(key, cancellationToken);
        var (path, file) = _cache.Create();
        try
        {
            var bytes = await Task.Run(() => Spool(file, write, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            var written = await PutFileAsync(key, path, bytes, cancellationToken).ConfigureAwait(false);
            if (written is { Outcome: PutOutcome.Created, ETag: { } etag })
            {
                Keep(NameOf(key, etag), path, bytes);
            }

            return written.Outcome;
        }
        finally
        {
            file.Dispose();
            _cache.Drop(path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Check(key, cancellationToken);
        return await _bucket.GetAsync(key, offset, length, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken)
    {
        Check(key, cancellationToken);
        while (await _bucket.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
        {
            if (found.Bytes == 0)
            {
                throw new IOException($"map '{key}' in {_place}: the object is empty.");
            }

            var map = await _cache.MapAsync(
                NameOf(key, found.ETag),
                found.Bytes,
                (file, token) => _bucket.DownloadAsync(key, found, file, token),
                cancellationToken).ConfigureAwait(false);
            if (map is not null)
            {
                return map;
            }

            // It was removed since, and perhaps made anew.
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string prefix, CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        ThrowIfUnusable(cancellationToken);
        return await _bucket.ListAsync(prefix, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Check(key, cancellationToken);
        await _bucket.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        _cache.Remove(PathOf(key));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _client.Dispose();
        _cache.Dispose();
    }

    // Writes the whole content before it is sent: how long it is decides how, and a try may need it again.
    private static long Spool(ILocalFile file, Action<Stream> write, CancellationToken cancellationToken)
    {
        using var stream = new AppendStream(file);
        write(stream);
        cancellationToken.ThrowIfCancellationRequested();
        stream.Flush();
        file.Sync();
        return stream.Position;
    }

    private async Task<S3Written> PutFileAsync(
        string key, string path, long bytes, CancellationToken cancellationToken)
    {
        if (_hasConditionalParts && bytes > _tuning.PartBytes)
        {
            return await new S3Upload(_client, _bucket, _place, _tuning, key)
                .RunAsync(path, bytes, cancellationToken).ConfigureAwait(false);
        }

        return bytes <= _tuning.PutBytesLimit
            ? await _bucket.PutAsync(key, bytes, () => File.OpenRead(path), cancellationToken)
                .ConfigureAwait(false)
            : throw new IOException(
                $"put '{key}' in {_place}: expected at most {_tuning.PutBytesLimit} bytes, since the service "
                + $"takes no condition with an upload in parts, given {bytes}.");
    }

    private void Keep(CacheName name, string path, long bytes)
    {
        try
        {
            _cache.Add(name, path, bytes);
        }
        catch (IOException)
        {
            // The put is done all the same; whoever maps the object copies it.
        }
    }

    private void Check(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        ThrowIfUnusable(cancellationToken);
    }

    private void ThrowIfUnusable(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private CacheName NameOf(string key, string etag) => new(PathOf(key), etag);

    private string PathOf(string key) => $"{_place.Endpoint}\n{_place.Bucket}\n{_place.PathOf(key)}";
}
