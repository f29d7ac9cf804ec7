using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>
/// What a server process is; bound from the root of the configuration and checked before anything starts.
/// </summary>
public sealed class ServerOptions : IValidatableObject
{
    /// <summary>What the process does. Default all.</summary>
    public Role Role { get; set; } = Role.All;

    /// <summary>Where it listens.</summary>
    [ValidateObjectMembers]
    public EndpointOptions Endpoints { get; set; } = new();

    /// <summary>Where durable data is.</summary>
    [ValidateObjectMembers]
    public StorageOptions Storage { get; set; } = new();

    /// <summary>How the processes of a cluster find each other.</summary>
    [ValidateObjectMembers]
    public ClusterOptions Cluster { get; set; } = new();

    /// <summary>Who embeds raw inputs.</summary>
    [ValidateObjectMembers]
    public WorkerOptions Embedding { get; set; } = new();

    /// <summary>How it ends.</summary>
    [ValidateObjectMembers]
    public DrainOptions Drain { get; set; } = new();

    /// <summary>The rules between settings.</summary>
    /// <param name="validationContext">Not used.</param>
    /// <returns>The rules that are broken, each with the values that break it.</returns>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Role != Role.All && Cluster.Membership != Membership.Redis)
        {
            yield return new ValidationResult(
                $"Role {Role} needs Cluster:Membership Redis, given {Cluster.Membership}.");
        }

        if (Role == Role.All && Cluster.Membership != Membership.Localhost)
        {
            yield return new ValidationResult(
                "Role All is a single process with Cluster:Membership Localhost, given Redis; "
                + "a cluster has processes of the roles Silo and Gateway.");
        }

        if (Cluster.Membership == Membership.Redis && string.IsNullOrWhiteSpace(Cluster.Redis))
        {
            yield return new ValidationResult(
                $"Cluster:Membership Redis needs Cluster:Redis as host:port, given '{Cluster.Redis}'.");
        }

        if (Role == Role.Gateway && Embedding.Workers.Count == 0)
        {
            yield return new ValidationResult(
                "Role Gateway needs at least one address in Embedding:Workers for raw inputs, given none.");
        }

        foreach (var worker in Embedding.Workers.Where(worker => !IsHttp(worker)))
        {
            yield return new ValidationResult(
                $"Embedding:Workers: expected http://host:port, given '{worker}'.");
        }
    }

    private static bool IsHttp(Uri address) =>
        address is { IsAbsoluteUri: true, Scheme: "http" or "https" };
}

/// <summary>Checks the attributes and the rules between settings.</summary>
[OptionsValidator]
internal sealed partial class ServerOptionsValidator : IValidateOptions<ServerOptions>;
