using Amazon.S3;
using Amazon.S3.Model;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>Creates an object of a file in parts; the last call carries the condition.</summary>
/// <remarks>
/// What an upload leaves that neither ends nor is given up (the process was killed), a lifecycle rule of the
/// bucket removes.
/// </remarks>
/// <param name="client">Tries each call once.</param>
/// <param name="bucket">Reads back.</param>
/// <param name="place">Where the objects are.</param>
/// <param name="tuning">Sizes and times.</param>
/// <param name="key">The object.</param>
internal sealed class S3Upload(
    IAmazonS3 client, S3Bucket bucket, S3Place place, S3Tuning tuning, string key)
{
    private const int PartCountLimit = 10_000;

    private readonly string _nonce = S3Bucket.NewNonce();
    private readonly string _what = $"put '{key}'";

    /// <summary>Uploads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its length, not 0.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="IOException">The store failed, and what became of the put is unknown.</exception>
    internal async Task<S3Written> RunAsync(string path, long bytes, CancellationToken cancellationToken)
    {
        // Larger parts where there would be too many.
        var partBytes = Math.Max(tuning.PartBytes, (bytes + PartCountLimit - 1) / PartCountLimit);
        for (var attempt = 1; ; attempt++)
        {
            var upload = await BeginAsync(cancellationToken).ConfigureAwait(false);
            S3Written? written = null;
            try
            {
                var parts = await SendAsync(upload, path, bytes, partBytes, cancellationToken)
                    .ConfigureAwait(false);
                written = await bucket.Retries.RunAsync(
                    _what, 0, call => CompleteOnceAsync(upload, parts, call), cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                if (written is not { Outcome: PutOutcome.Created })
                {
                    await GiveUpAsync(upload).ConfigureAwait(false);
                }
            }

            if (written is { } known)
            {
                return known;
            }

            // The store saw another call with the key, and does not take this upload any more.
            if (attempt == tuning.AttemptLimit)
            {
                throw bucket.Retries.Failed(_what, $"409 ConditionalRequestConflict, try {attempt}");
            }

            await bucket.Retries.WaitAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins an upload.</summary>
    internal async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = place.Bucket,
            Key = place.PathOf(key),
        };
        request.Metadata[S3Bucket.NonceName] = _nonce;
        var answer = await bucket.Retries.RunAsync(
            _what, 0, call => client.InitiateMultipartUploadAsync(request, call.Token), cancellationToken)
            .ConfigureAwait(false);
        return answer.UploadId;
    }

    /// <summary>Sends the parts of a file.</summary>
    internal async Task<List<PartETag>> SendAsync(
        string upload, string path, long bytes, long partBytes, CancellationToken cancellationToken)
    {
        var parts = new PartETag[(bytes + partBytes - 1) / partBytes];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = tuning.PartsInFlight,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, parts.Length, options, SendPartAsync).ConfigureAwait(false);
        return [.. parts];

        async ValueTask SendPartAsync(int part, CancellationToken token)
        {
            var offset = part * partBytes;
            var length = Math.Min(partBytes, bytes - offset);
            var answer = await bucket.Retries.RunAsync(_what, length, SendOnceAsync, token)
                .ConfigureAwait(false);
            parts[part] = new PartETag(part + 1, answer.ETag);

            Task<UploadPartResponse> SendOnceAsync(S3Call call) => client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = place.Bucket,
                    Key = place.PathOf(key),
                    UploadId = upload,
                    PartNumber = part + 1,
                    FilePath = path,
                    FilePosition = offset,
                    PartSize = length,
                    UseChunkEncoding = false,
                },
                call.Token);
        }
    }

    /// <summary>The call that makes an object of the parts unless the key is taken.</summary>
    internal CompleteMultipartUploadRequest CompletionOf(string upload, List<PartETag> parts) => new()
    {
        BucketName = place.Bucket,
        Key = place.PathOf(key),
        UploadId = upload,
        PartETags = parts,
        IfNoneMatch = S3Bucket.Absent,
    };

    /// <summary>Lets the store forget an upload.</summary>
    internal async Task GiveUpAsync(string upload)
    {
        try
        {
            using var limit = new CancellationTokenSource(tuning.CallTime);
            await client.AbortMultipartUploadAsync(place.Bucket, place.PathOf(key), upload, limit.Token)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (S3Failure.IsOfTheStore(failure))
        {
            // What made it necessary counts more; the parts stay until a rule of the bucket removes them.
        }
    }

    // Gives null when the upload must begin anew.
    private async Task<S3Written?> CompleteOnceAsync(string upload, List<PartETag> parts, S3Call call)
    {
        if (call.IsRetry
            && await bucket.FindOnceAsync(key, call.Token).ConfigureAwait(false) is { } found)
        {
            return found.WrittenBy(_nonce);
        }

        try
        {
            var answer = await client
                .CompleteMultipartUploadAsync(CompletionOf(upload, parts), call.Token).ConfigureAwait(false);
            return new S3Written(PutOutcome.Created, answer.ETag);
        }
        catch (AmazonS3Exception taken) when (S3Failure.IsConditionFailed(taken))
        {
            return await bucket.ReadBackAsync(key, _nonce, call.Token).ConfigureAwait(false);
        }
        catch (AmazonS3Exception conflict) when (S3Failure.IsConflict(conflict))
        {
            return null;
        }
        catch (AmazonS3Exception ended) when (S3Failure.IsNotFound(ended))
        {
            // There is no such upload any more: a try before ended it, or a rule of the bucket.
            return await bucket.ReadBackAsync(key, _nonce, call.Token).ConfigureAwait(false);
        }
    }
}
