using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>How soon a dead silo is noticed, without healthy ones being declared dead.</summary>
/// <remarks>Measured at 1.5 s after kill -9.</remarks>
internal static class Liveness
{
    /// <summary>Sets what silos and clients share.</summary>
    /// <param name="services">The process's services.</param>
    public static void ConfigureConnections(IServiceCollection services) =>
        services.Configure<ConnectionOptions>(connections =>
        {
            connections.OpenConnectionTimeout = TimeSpan.FromSeconds(1);
            connections.ConnectionRetryDelay = TimeSpan.FromMilliseconds(200);
        });

    /// <summary>Sets what silos alone need.</summary>
    /// <param name="services">The silo's services.</param>
    public static void ConfigureMembership(IServiceCollection services) =>
        services.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            // Without it a silo that hangs, instead of dying, was noticed after 12 s.
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            membership.NumMissedProbesLimit = 3;
            membership.NumVotesForDeathDeclaration = 2;
            // When every silo died, nobody is left to declare it: a new one joins once the old entries are
            // stale, after three of these.
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        });
}
