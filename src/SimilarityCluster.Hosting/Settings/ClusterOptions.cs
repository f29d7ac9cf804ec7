using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>How the processes of a cluster find and reach each other; bound from <c>Cluster</c>.</summary>
public sealed class ClusterOptions
{
    /// <summary>How processes find each other. Default localhost, for a single process.</summary>
    public Membership Membership { get; set; } = Membership.Localhost;

    /// <summary>
    /// The Redis server that keeps the membership, as host:port. No default; needed for membership redis.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>Names the service; stays the same for good. Default similarity.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string ServiceId { get; set; } = "similarity";

    /// <summary>Names the cluster: processes of the same name work together. Default similarity.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string ClusterId { get; set; } = "similarity";

    /// <summary>The port for other silos, 0 to 65,535; 0 takes a free one. Default 0.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>The port for gateways, 0 to 65,535; 0 takes a free one. Default 0.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }

    /// <summary>
    /// The IP address at which silos and gateways reach this silo, and on which it listens for them. Default
    /// 127.0.0.1: a cluster over several machines must give each its own.
    /// </summary>
    [Required, IpAddress]
    public string AdvertisedAddress { get; set; } = "127.0.0.1";
}
