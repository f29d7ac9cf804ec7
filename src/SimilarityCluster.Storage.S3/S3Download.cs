using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>
/// Copies one object to a file, range by range; each try goes on where the last one broke off.
/// </summary>
/// <param name="client">Tries each call once.</param>
/// <param name="request">Names the object.</param>
/// <param name="found">What it was when it was found; another object of its key is refused.</param>
/// <param name="file">Receives the bytes.</param>
internal sealed class S3Download(IAmazonS3 client, GetObjectRequest request, S3Object found, ILocalFile file)
{
    private const int BufferBytes = 128 * 1024;

    private long _copied;

    /// <summary>Copies the object.</summary>
    /// <param name="retries">Tries again.</param>
    /// <param name="what">What is done, for messages.</param>
    /// <param name="rangeBytes">Bytes that are asked for at a time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False when the object is gone or another.</returns>
    /// <exception cref="IOException">The store or the disk failed.</exception>
    internal async Task<bool> RunAsync(
        S3Retries retries, string what, long rangeBytes, CancellationToken cancellationToken)
    {
        while (_copied < found.Bytes)
        {
            var end = Math.Min(_copied + rangeBytes, found.Bytes);
            if (!await retries.RunAsync(what, 0, call => CopyRangeAsync(end, call), cancellationToken)
                .ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> CopyRangeAsync(long end, S3Call call)
    {
        request.ByteRange = new ByteRange(_copied, end - 1);
        request.EtagToMatch = found.ETag;
        try
        {
            using var answer = await client.GetObjectAsync(request, call.Token).ConfigureAwait(false);
            call.Allow(end - _copied);
            await CopyAsync(answer.ResponseStream, end, call.Token).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception other)
            when (S3Failure.IsNotFound(other) || S3Failure.IsConditionFailed(other))
        {
            return false;
        }
    }

    private async Task CopyAsync(Stream content, long end, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (_copied < end)
            {
                var most = (int)Math.Min(buffer.Length, end - _copied);
                var read = await content.ReadAsync(buffer.AsMemory(0, most), cancellationToken)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException("the answer ended early");
                }

                Write(buffer.AsSpan(0, read));
                _copied += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(bytes);
        }
        catch (IOException disk)
        {
            // Another try would ask the store for what the disk does not take.
            throw new S3FinalException(disk);
        }
    }
}
