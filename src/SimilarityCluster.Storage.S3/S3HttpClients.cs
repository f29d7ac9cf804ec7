#pragma warning disable CA2000 // A client disposes its handler, and a handler the one that it is made of.
using Amazon.Runtime;

namespace SimilarityCluster.Storage.S3;

/// <summary>Makes the HTTP client under the SDK's: one that sends a body with its headers.</summary>
/// <remarks>
/// The SDK asks with <c>Expect: 100-continue</c> whether a body is wanted. Where the answer is an error, .NET
/// sends bodies of up to 1,024 bytes all the same and keeps the connection, and a service that does not
/// expect them (seen with Ceph 16.2) takes them for the beginning of the next request.
/// </remarks>
internal sealed class S3HttpClients : HttpClientFactory
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        // Each try has a time of its own.
        return new HttpClient(new BodyWithHeaders()) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed class BodyWithHeaders() : DelegatingHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTime,
        PooledConnectionLifetime = ConnectionLifetime, // So that a service may move to other addresses.
    })
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
