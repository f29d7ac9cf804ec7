#pragma warning disable MA0048 // What a call found is read with the call.
using System.Net;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>The calls that the store makes, each tried until its outcome is known. Thread-safe.</summary>
/// <remarks>
/// Every object carries the nonce of the put that made it. A put whose answer was lost, or that finds the key
/// taken, reads it back: its own nonce is success.
/// </remarks>
/// <param name="client">Tries each call once.</param>
/// <param name="place">Where the objects are.</param>
/// <param name="tuning">Sizes and times.</param>
/// <param name="time">The clock.</param>
internal sealed class S3Bucket(IAmazonS3 client, S3Place place, S3Tuning tuning, TimeProvider time)
{
    /// <summary>Metadata of an object: the nonce of the put that made it, 32 hexadecimal digits.</summary>
    internal const string NonceName = "nonce";

    /// <summary>The condition under which everything is created.</summary>
    internal const string Absent = "*";

    /// <summary>Tries every call.</summary>
    internal S3Retries Retries { get; } = new(place.ToString(), tuning, time);

    /// <summary>Tells what an object is.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal Task<S3Object?> FindAsync(string key, CancellationToken cancellationToken) =>
        Retries.RunAsync($"find '{key}'", 0, call => FindOnceAsync(key, call.Token), cancellationToken);

    /// <summary>Creates an object in one call.</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="open">Opens its content, for each try.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="IOException">The store failed, and what became of the put is unknown.</exception>
    internal async Task<S3Written> PutAsync(
        string key, long bytes, Func<Stream> open, CancellationToken cancellationToken)
    {
        var nonce = NewNonce();
        return await Retries.RunAsync($"put '{key}'", bytes, PutOnceAsync, cancellationToken)
            .ConfigureAwait(false);

        async Task<S3Written> PutOnceAsync(S3Call call)
        {
            // After a lost answer: what is there tells whether the put took effect, and costs less than it.
            if (call.IsRetry
                && await FindOnceAsync(key, call.Token).ConfigureAwait(false) is { } found)
            {
                return found.WrittenBy(nonce);
            }

            using var content = open();
            try
            {
                var answer = await client
                    .PutObjectAsync(PutOf(key, content, nonce), call.Token).ConfigureAwait(false);
                return new S3Written(PutOutcome.Created, answer.ETag);
            }
            catch (AmazonS3Exception taken) when (S3Failure.IsConditionFailed(taken))
            {
                return await ReadBackAsync(key, nonce, call.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells whose object is in the way of a put.</summary>
    /// <exception cref="S3FinalException">It is gone, and may have been the put's own.</exception>
    internal async Task<S3Written> ReadBackAsync(
        string key, string nonce, CancellationToken cancellationToken)
    {
        var found = await FindOnceAsync(key, cancellationToken).ConfigureAwait(false);
        return found?.WrittenBy(nonce)
            ?? throw new S3FinalException(Retries.Failed($"put '{key}'", "it was taken, and is gone"));
    }

    /// <summary>Reads a range of an object.</summary>
    /// <returns>The bytes, fewer at the object's end; null when there is no such object.</returns>
    /// <exception cref="IOException">The store failed, or what is asked for is no array.</exception>
    internal async Task<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return await FindAsync(key, cancellationToken).ConfigureAwait(false) is null ? null : [];
        }

        return await Retries.RunAsync($"get '{key}'", 0, GetOnceAsync, cancellationToken)
            .ConfigureAwait(false);

        async Task<byte[]?> GetOnceAsync(S3Call call)
        {
            var request = new GetObjectRequest { BucketName = place.Bucket, Key = place.PathOf(key) };
            if (length != int.MaxValue)
            {
                request.ByteRange = new ByteRange(offset, offset + length - 1);
            }
            else if (offset > 0)
            {
                request.ByteRange = new ByteRange($"bytes={offset}-");
            }

            try
            {
                using var answer = await client.GetObjectAsync(request, call.Token).ConfigureAwait(false);
                return await ReadAsync(key, answer, call).ConfigureAwait(false);
            }
            catch (AmazonS3Exception absent) when (S3Failure.IsNotFound(absent))
            {
                return null;
            }
            catch (AmazonS3Exception end)
                when (end.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return [];
            }
        }
    }

    /// <summary>Copies an object to a file.</summary>
    /// <returns>False when the object is gone or another.</returns>
    /// <exception cref="IOException">The store or the disk failed.</exception>
    internal Task<bool> DownloadAsync(
        string key, S3Object found, ILocalFile file, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = place.Bucket, Key = place.PathOf(key) };
        return new S3Download(client, request, found, file)
            .RunAsync(Retries, $"get '{key}'", tuning.RangeBytes, cancellationToken);
    }

    /// <summary>Lists the keys that begin with a prefix.</summary>
    /// <returns>Ascending by ordinal.</returns>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        string? more = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = place.Bucket,
                Prefix = place.PathOf(prefix),
                ContinuationToken = more,
            };
            var page = await Retries.RunAsync(
                $"list '{prefix}'",
                0,
                call => client.ListObjectsV2Async(request, call.Token),
                cancellationToken).ConfigureAwait(false);
            keys.AddRange((page.S3Objects ?? []).Select(found => place.KeyOf(found.Key)));
            more = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (more is not null);

        keys.RemoveAll(key => key.Length == 0); // The "folder" that a console may have made of the prefix.
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    /// <summary>Removes an object, if it is there.</summary>
    /// <exception cref="IOException">The store failed.</exception>
    internal Task DeleteAsync(string key, CancellationToken cancellationToken) => Retries.RunAsync(
        $"delete '{key}'",
        0,
        call => client.DeleteObjectAsync(place.Bucket, place.PathOf(key), call.Token),
        cancellationToken);

    /// <summary>The call that creates an object unless its key is taken.</summary>
    internal PutObjectRequest PutOf(string key, Stream content, string nonce)
    {
        var request = new PutObjectRequest
        {
            BucketName = place.Bucket,
            Key = place.PathOf(key),
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = false, // Not every service reads chunks that are signed one by one.
            IfNoneMatch = Absent,
        };
        request.Metadata[NonceName] = nonce;
        return request;
    }

    /// <summary>Makes a nonce.</summary>
    internal static string NewNonce() => Guid.NewGuid().ToString("N");

    /// <summary>Tells what an object is, in one try.</summary>
    internal async Task<S3Object?> FindOnceAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client
                .GetObjectMetadataAsync(place.Bucket, place.PathOf(key), cancellationToken)
                .ConfigureAwait(false);
            return new S3Object(answer.ETag, answer.ContentLength, answer.Metadata[NonceName]);
        }
        catch (AmazonS3Exception absent) when (S3Failure.IsNotFound(absent))
        {
            return null;
        }
    }

    private async Task<byte[]> ReadAsync(string key, GetObjectResponse answer, S3Call call)
    {
        if (answer.ContentLength > Array.MaxLength)
        {
            throw new S3FinalException(Retries.Failed(
                $"get '{key}'", $"expected at most {Array.MaxLength} bytes, given {answer.ContentLength}"));
        }

        call.Allow(answer.ContentLength);
        var content = new byte[answer.ContentLength];
        await answer.ResponseStream.ReadExactlyAsync(content, call.Token).ConfigureAwait(false);
        return content;
    }
}

/// <summary>An object as it was found.</summary>
/// <param name="ETag">Names its content.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Nonce">That of the put that made it; null when nobody of ours did.</param>
internal sealed record S3Object(string ETag, long Bytes, string? Nonce)
{
    /// <summary>What it means to a put.</summary>
    internal S3Written WrittenBy(string nonce) => new(
        string.Equals(Nonce, nonce, StringComparison.Ordinal) ? PutOutcome.Created : PutOutcome.Exists,
        ETag);
}

/// <summary>What became of a put.</summary>
/// <param name="Outcome">Whether the put made the object.</param>
/// <param name="ETag">Names the content of the object; null when it is gone.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S3Written(PutOutcome Outcome, string? ETag);
