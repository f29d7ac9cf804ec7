using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>Gives gRPC's own refusals of a message the catalogue's reasons.</summary>
/// <remarks>
/// The message is refused while it is read, before any interceptor runs (unary) or inside the stream
/// reader; what is left to a server is the trailers, which can still be changed when the endpoint returns.
/// A message that cannot be read is answered UNKNOWN without details, which nothing behind the interceptors
/// is.
/// </remarks>
internal static class RefusedMessage
{
    // Wording of Grpc.AspNetCore for both directions: "Received message exceeds ...", "Sending message
    // exceeds ...".
    private const string Marker = "message exceeds the maximum configured message size";

    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string DetailsHeader = "grpc-status-details-bin";

    private static readonly string ExhaustedCode = CodeOf(StatusCode.ResourceExhausted);
    private static readonly string UnknownCode = CodeOf(StatusCode.Unknown);

    /// <summary>Whether gRPC refused a message for its size.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns>True when it did.</returns>
    public static bool IsOversized(Exception exception) =>
        exception is RpcException { StatusCode: StatusCode.ResourceExhausted } rpc
        && rpc.Status.Detail.Contains(Marker, StringComparison.Ordinal);

    /// <summary>Adds the reason to the answers of an endpoint.</summary>
    /// <param name="endpoint">A mapped gRPC method.</param>
    public static void Explain(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is { } next)
        {
            endpoint.RequestDelegate = context => InvokeAsync(next, context);
        }
    }

    private static async Task InvokeAsync(RequestDelegate next, HttpContext context)
    {
        await next(context);

        var trailers = context.Response.HasStarted
            ? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            : context.Response.Headers;
        if (trailers is null || trailers.ContainsKey(DetailsHeader) || ErrorOf(trailers) is not { } error)
        {
            return;
        }

        var exception = error.ToRpcException();
        trailers[StatusHeader] = CodeOf(error.Code);
        trailers[MessageHeader] = error.Message;
        trailers[DetailsHeader] = Convert.ToBase64String(exception.Trailers.GetValueBytes(DetailsHeader)!);
    }

    private static ServiceError? ErrorOf(IHeaderDictionary trailers)
    {
        var code = trailers[StatusHeader].ToString();
        if (string.Equals(code, UnknownCode, StringComparison.Ordinal))
        {
            return ServiceErrors.MessageUnreadable();
        }

        return string.Equals(code, ExhaustedCode, StringComparison.Ordinal)
            && WebUtility.UrlDecode(trailers[MessageHeader].ToString())
                .Contains(Marker, StringComparison.Ordinal)
                ? ServiceErrors.MessageTooLarge(WireLimits.MaxMessageBytes)
                : null;
    }

    private static string CodeOf(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
