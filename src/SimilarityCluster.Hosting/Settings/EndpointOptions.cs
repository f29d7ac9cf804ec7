using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>Where a process listens; bound from <c>Endpoints</c>. Port 0 takes a free port.</summary>
public sealed class EndpointOptions
{
    /// <summary>
    /// Address and port of gRPC, cleartext HTTP/2.
    /// Default 127.0.0.1:7600, of an embedding worker 127.0.0.1:7610.
    /// </summary>
    [Required, ListeningAddress]
    public string Grpc { get; set; } = "127.0.0.1:7600";

    /// <summary>
    /// Address and port of health and metrics, HTTP/1.1.
    /// Default 127.0.0.1:7601, of an embedding worker 127.0.0.1:7611.
    /// </summary>
    [Required, ListeningAddress]
    public string Http { get; set; } = "127.0.0.1:7601";
}
