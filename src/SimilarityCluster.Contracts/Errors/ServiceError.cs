using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Contracts.Errors;

/// <summary>
/// One error of the catalogue, before it becomes a failed call or a failed item of a batch.
/// </summary>
/// <param name="Code">The gRPC status code.</param>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">What was given and what was expected, for people.</param>
public sealed record ServiceError(StatusCode Code, string Reason, string Message)
{
    /// <summary>The domain of every <c>ErrorInfo</c> of this project.</summary>
    public const string Domain = "similaritycluster";

    /// <summary>The path of the offending field in the request, or null when no field is at fault.</summary>
    public string? Field { get; init; }

    /// <summary>After how long a retry makes sense, or null when it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What was expected, what was given and the like, for programs.</summary>
    public ImmutableDictionary<string, string> Details { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>Puts the field below a parent, for instance <c>vector</c> below <c>records[3]</c>.</summary>
    /// <param name="parent">The parent's path.</param>
    /// <returns>
    /// The same error with the longer path, in the message too where it begins with the field.
    /// </returns>
    public ServiceError Below(string parent)
    {
        if (string.IsNullOrEmpty(Field))
        {
            return this with { Field = parent };
        }

        var path = $"{parent}.{Field}";
        return Message.StartsWith($"{Field}:", StringComparison.Ordinal)
            ? this with { Field = path, Message = string.Concat(path, Message.AsSpan(Field.Length)) }
            : this with { Field = path };
    }

    /// <summary>Reads the error out of a failed call.</summary>
    /// <param name="exception">
    /// As <see cref="ToRpcException"/> made it, here or on the other side of the wire.
    /// </param>
    /// <returns>The error, or null when the call did not fail with one of this catalogue.</returns>
    public static ServiceError? FromRpcException(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        var info = status?.GetDetail<ErrorInfo>();
        if (info is null || !string.Equals(info.Domain, Domain, StringComparison.Ordinal))
        {
            return null;
        }

        return new ServiceError((StatusCode)status!.Code, info.Reason, status.Message)
        {
            Field = status.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault()?.Field,
            RetryAfter = status.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
            Details = info.Metadata.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>
    /// Makes the failed call: <c>google.rpc.Status</c> with <c>ErrorInfo</c> and what else fits.
    /// </summary>
    /// <returns>The exception to throw.</returns>
    public RpcException ToRpcException()
    {
        var info = new ErrorInfo { Reason = Reason, Domain = Domain };
        info.Metadata.Add(Details);
        var status = new Google.Rpc.Status { Code = (int)Code, Message = Message };
        status.Details.Add(Any.Pack(info));
        if (Field is not null)
        {
            var violation =
                new BadRequest.Types.FieldViolation { Field = Field, Description = Message, Reason = Reason };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        if (RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status.ToRpcException();
    }

    /// <summary>Makes the error of one item of a batch.</summary>
    /// <returns>The message for the item's place in the answer.</returns>
    public ItemError ToItemError() =>
        new() { Code = (int)Code, Reason = Reason, Message = Message, Field = Field ?? string.Empty };

    /// <summary>Reads the error of one item of a batch.</summary>
    /// <param name="error">As <see cref="ToItemError"/> made it; delay and details are not in it.</param>
    /// <returns>The error.</returns>
    public static ServiceError FromItemError(ItemError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new ServiceError((StatusCode)error.Code, error.Reason, error.Message)
        {
            Field = error.Field.Length > 0 ? error.Field : null,
        };
    }
}
