using System.Globalization;
using System.Net;
using Amazon.Runtime;

namespace SimilarityCluster.Storage.S3;

/// <summary>What the SDK throws: which of it passes, and what is said of it.</summary>
/// <remarks>
/// The SDK's exceptions never leave the store, nor do their messages: both may repeat a response's body,
/// which names access keys.
/// </remarks>
internal static class S3Failure
{
    private const HttpStatusCode NoAnswer = default;

    // What passes though its status does not say so: a body that was damaged or cut on its way, a clock that
    // the SDK corrects after the first answer, credentials that it fetches anew, and errors that an answer
    // with status 200 may hold.
    private static readonly HashSet<string> PassingCodes = new(StringComparer.Ordinal)
    {
        "BadDigest", "ExpiredToken", "IncompleteBody", "InternalError", "RequestTimeout",
        "RequestTimeTooSkewed", "ServiceUnavailable", "SlowDown", "XAmzContentSHA256Mismatch",
    };

    /// <summary>Whether an exception is the store's or the network's, not the caller's or ours.</summary>
    internal static bool IsOfTheStore(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            or TimeoutException or OperationCanceledException;

    /// <summary>Whether a failure may be gone at the next try.</summary>
    internal static bool Passes(Exception failure)
    {
        if (failure is not AmazonServiceException refused)
        {
            return true;
        }

        return refused.StatusCode is NoAnswer or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict
                or HttpStatusCode.TooManyRequests
            || (refused.StatusCode >= HttpStatusCode.InternalServerError
                && refused.StatusCode != HttpStatusCode.NotImplemented)
            || PassingCodes.Contains(refused.ErrorCode ?? string.Empty);
    }

    /// <summary>Whether the store refused a condition: the object is there, or is another.</summary>
    internal static bool IsConditionFailed(AmazonServiceException failure) =>
        failure.StatusCode == HttpStatusCode.PreconditionFailed;

    /// <summary>Whether the store saw another call with the same key and wants this one again.</summary>
    internal static bool IsConflict(AmazonServiceException failure) =>
        failure.StatusCode == HttpStatusCode.Conflict;

    /// <summary>Whether there is no such object; a bucket that is missing is a failure.</summary>
    internal static bool IsNotFound(AmazonServiceException failure) =>
        failure.StatusCode == HttpStatusCode.NotFound
        && !string.Equals(failure.ErrorCode, "NoSuchBucket", StringComparison.Ordinal);

    /// <summary>Says what failed in a few words without secrets.</summary>
    internal static string Describe(Exception failure) => failure switch
    {
        AmazonServiceException { StatusCode: not NoAnswer } refused => string.Create(
            CultureInfo.InvariantCulture,
            $"{(int)refused.StatusCode} {refused.ErrorCode} (request {refused.RequestId ?? "unknown"})"),
        OperationCanceledException or TimeoutException => "no answer in time",
        { InnerException: { } inner } when failure is AmazonServiceException or AmazonClientException =>
            Describe(inner),
        AmazonServiceException or AmazonClientException => failure.GetType().Name,
        _ => failure.Message,
    };
}
