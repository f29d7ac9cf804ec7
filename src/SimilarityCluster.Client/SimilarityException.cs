using Google.Rpc;
using Grpc.Core;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>A call, or one item of a batch, that the server refused or could not do.</summary>
public sealed class SimilarityException : Exception
{
    internal SimilarityException(
        StatusCode statusCode, string reason, string field, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        StatusCode = statusCode;
        Reason = reason;
        Field = field;
    }

    /// <summary>The gRPC status code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>
    /// The reason from the error catalogue, for instance <c>DIMENSION_MISMATCH</c>; empty when the error
    /// does not come from the server's own code, for instance when it cannot be reached.
    /// </summary>
    public string Reason { get; }

    /// <summary>The path of the offending field in the request; empty when no field is at fault.</summary>
    public string Field { get; }

    /// <summary>After how long the server suggests to repeat the call; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether the same call may succeed later without being changed.</summary>
    /// <remarks>
    /// RESOURCE_EXHAUSTED is also how gRPC refuses a message that is too large, which no repetition helps;
    /// therefore it counts only with a retry delay.
    /// </remarks>
    public bool IsTransient =>
        StatusCode == StatusCode.Unavailable
        || (StatusCode == StatusCode.ResourceExhausted && RetryAfter is not null);

    /// <summary>Reads the details of a failed call.</summary>
    /// <param name="exception">As thrown by a generated client.</param>
    /// <returns>The same error with reason and field.</returns>
    public static SimilarityException From(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        var violation = status?.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault();
        return new SimilarityException(
            exception.StatusCode,
            status?.GetDetail<ErrorInfo>()?.Reason ?? string.Empty,
            violation?.Field ?? string.Empty,
            status?.Message ?? exception.Status.Detail,
            exception)
        {
            RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
    }

    /// <summary>Makes an exception of the error of one item of a batch.</summary>
    /// <param name="error">As found in the answer.</param>
    /// <returns>The error.</returns>
    public static SimilarityException From(ItemError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new SimilarityException((StatusCode)error.Code, error.Reason, error.Field, error.Message);
    }
}
