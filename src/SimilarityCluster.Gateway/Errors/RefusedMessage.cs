using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>Gives gRPC's own refusal of an oversized message the catalogue's reason.</summary>
/// <remarks>
/// The message is refused while it is read, before any interceptor runs (unary) or inside the stream
/// reader; what is left to a server is the trailers, which can still be changed when the endpoint returns.
/// </remarks>
internal static class OversizedMessage
{
    // Wording of Grpc.AspNetCore for both directions: "Received message exceeds ...", "Sending message
    // exceeds ...".
    private const string Marker = "message exceeds the maximum configured message size";

    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string DetailsHeader = "grpc-status-details-bin";

    private static readonly string ExhaustedCode =
        ((int)StatusCode.ResourceExhausted).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether gRPC refused a message for its size.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns>True when it did.</returns>
    public static bool Is(Exception exception) =>
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
        if (trailers is null
            || !string.Equals(trailers[StatusHeader].ToString(), ExhaustedCode, StringComparison.Ordinal)
            || trailers.ContainsKey(DetailsHeader)
            || !WebUtility.UrlDecode(trailers[MessageHeader].ToString())
                .Contains(Marker, StringComparison.Ordinal))
        {
            return;
        }

        var error = ServiceErrors.MessageTooLarge(WireLimits.MaxMessageBytes).ToRpcException();
        var details = error.Trailers.GetValueBytes(DetailsHeader)!;
        trailers[MessageHeader] = error.Status.Detail;
        trailers[DetailsHeader] = Convert.ToBase64String(details);
    }
}
