using Microsoft.Extensions.Options;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>What an embedding worker process is; bound from the root of the configuration.</summary>
public sealed class WorkerProcessOptions
{
    /// <summary>
    /// Where it listens. Default 127.0.0.1:7610 for gRPC, 127.0.0.1:7611 for health and metrics.
    /// </summary>
    [ValidateObjectMembers]
    public EndpointOptions Endpoints { get; set; } = new()
    {
        Grpc = "127.0.0.1:7610",
        Http = "127.0.0.1:7611",
    };

    /// <summary>How it ends.</summary>
    [ValidateObjectMembers]
    public DrainOptions Drain { get; set; } = new();
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
internal sealed partial class WorkerProcessOptionsValidator : IValidateOptions<WorkerProcessOptions>;
