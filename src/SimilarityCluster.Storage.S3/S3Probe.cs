using System.Text;
using Amazon.S3;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>Proves what the store needs of a service, with one small object, while it is opened.</summary>
/// <param name="client">Tries each call once.</param>
/// <param name="place">Where the probes are.</param>
/// <param name="tuning">Sizes and times.</param>
/// <param name="time">The clock.</param>
internal sealed class S3Probe(IAmazonS3 client, S3Place place, S3Tuning tuning, TimeProvider time)
{
    private static readonly byte[] First = Encoding.UTF8.GetBytes("first");
    private static readonly byte[] Second = Encoding.UTF8.GetBytes("second");

    private readonly S3Bucket _bucket = new(client, place, tuning, time);

    /// <summary>Proves that a second put of a key fails and that an object tells whose it is.</summary>
    /// <param name="directory">An existing directory for a file.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>
    /// Whether an upload in parts fails, too, where the key is taken; some services overwrite then.
    /// </returns>
    /// <exception cref="IOException">The service does not keep this, or cannot be reached.</exception>
    internal async Task<bool> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var key = Guid.NewGuid().ToString("N");
        await PutFirstAsync(key, cancellationToken).ConfigureAwait(false);
        var refuses = await RefusesPutAsync(key, cancellationToken).ConfigureAwait(false);
        var refusesParts = refuses
            && await RefusesPartsAsync(key, Path.Combine(directory, key), cancellationToken)
                .ConfigureAwait(false);
        await _bucket.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        return refuses
            ? refusesParts
            : throw Unfit("a put with 'If-None-Match: *' must fail where the key is taken");
    }

    private async Task PutFirstAsync(string key, CancellationToken cancellationToken)
    {
        var written = await _bucket
            .PutAsync(key, First.Length, () => StreamOf(First), cancellationToken).ConfigureAwait(false);
        if (written.Outcome != PutOutcome.Created
            || !await IsFirstAsync(key, cancellationToken).ConfigureAwait(false))
        {
            throw Unfit("a put of a new key must create it, and the next call must find it");
        }

        var found = await _bucket.FindAsync(key, cancellationToken).ConfigureAwait(false);
        if (found?.Nonce is null)
        {
            throw Unfit("it must keep the metadata of an object (x-amz-meta-nonce)");
        }
    }

    // Not by the bucket's own put, to which the object of another is an answer, too.
    private async Task<bool> RefusesPutAsync(string key, CancellationToken cancellationToken) =>
        await IsRefusedAsync(
            key,
            async token =>
            {
                using var content = StreamOf(Second);
                await client.PutObjectAsync(_bucket.PutOf(key, content, S3Bucket.NewNonce()), token)
                    .ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false)
        && await IsFirstAsync(key, cancellationToken).ConfigureAwait(false);

    private async Task<bool> RefusesPartsAsync(string key, string path, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(path, Second, cancellationToken).ConfigureAwait(false);
        var upload = new S3Upload(client, _bucket, place, tuning, key);
        try
        {
            var id = await upload.BeginAsync(cancellationToken).ConfigureAwait(false);
            var parts = await upload.SendAsync(id, path, Second.Length, Second.Length, cancellationToken)
                .ConfigureAwait(false);
            var refuses = await IsRefusedAsync(
                key,
                token => client.CompleteMultipartUploadAsync(upload.CompletionOf(id, parts), token),
                cancellationToken).ConfigureAwait(false);
            await upload.GiveUpAsync(id).ConfigureAwait(false);
            return refuses && await IsFirstAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has no uploads in parts, or none with a condition, and says so; whole puts do without.
            return false;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private Task<bool> IsRefusedAsync(
        string key, Func<CancellationToken, Task> create, CancellationToken cancellationToken) =>
        _bucket.Retries.RunAsync(
            $"put '{key}' again",
            Second.Length,
            async call =>
            {
                try
                {
                    await create(call.Token).ConfigureAwait(false);
                    return false;
                }
                catch (AmazonS3Exception taken) when (S3Failure.IsConditionFailed(taken))
                {
                    return true;
                }
            },
            cancellationToken);

    private async Task<bool> IsFirstAsync(string key, CancellationToken cancellationToken)
    {
        var content = await _bucket.GetAsync(key, 0, int.MaxValue, cancellationToken).ConfigureAwait(false);
        return First.AsSpan().SequenceEqual(content);
    }

    private static MemoryStream StreamOf(byte[] content) => new(content, writable: false);

    private IOException Unfit(string expected) => new($"The service of {place} does not fit: {expected}.");
}
