using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SimilarityCluster.Gateway.Embedding;

/// <summary>
/// Where the embedding workers are; bound from <c>Embedding</c> and checked once, at start-up.
/// </summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Embedding";

    /// <summary>Addresses of the workers, for instance <c>http://worker:7610</c>. Default none.</summary>
    public IList<Uri> Workers { get; } = [];

    /// <summary>
    /// How long a worker that could not be reached is passed over, up to 1 min. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan WorkerRestTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a model's description is taken from memory, up to 1 min. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan ModelCacheTime { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;
