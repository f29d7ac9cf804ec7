using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Serving;

/// <summary>
/// The two endpoints of a process: gRPC over cleartext HTTP/2, health and metrics over HTTP/1.1.
/// </summary>
internal static class Listening
{
    private const int MaxStreamsPerConnection = 1_000;

    /// <summary>Sets Kestrel up.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="endpoints">Where it listens.</param>
    public static void Add(WebApplicationBuilder builder, EndpointOptions endpoints) =>
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // gRPC holds messages to its own limit and says so in a status; Kestrel would only say 413.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
            kestrel.Listen(ListeningAddressAttribute.Parse(endpoints.Grpc), listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                CutOffWithState(listen);
            });
            kestrel.Listen(ListeningAddressAttribute.Parse(endpoints.Http), listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                CutOffWithState(listen);
            });
        });

    /// <summary>Reads where a started process listens.</summary>
    /// <param name="application">The process.</param>
    /// <returns>The addresses with the ports that were bound.</returns>
    public static (Uri Grpc, Uri Http) AddressesOf(WebApplication application)
    {
        // Kestrel keeps the order in which endpoints were added.
        var server = application.Services.GetRequiredService<IServer>();
        var bound = server.Features.GetRequiredFeature<IServerAddressesFeature>();
        return (new Uri(bound.Addresses.ElementAt(0)), new Uri(bound.Addresses.ElementAt(1)));
    }

    private static void CutOffWithState(ListenOptions listen)
    {
        var cutOff = listen.ApplicationServices.GetRequiredService<ServingState>().CutOff;
        listen.Use(next => async connection =>
        {
            await using var cut = cutOff.UnsafeRegister(
                static state => ((ConnectionContext)state!).Abort(
                    new ConnectionAbortedException("The process stops, and the time to finish is over.")),
                connection);
            await next(connection);
        });
    }
}
