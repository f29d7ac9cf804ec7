using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>How a process ends when it is asked to; bound from <c>Drain</c>.</summary>
public sealed class DrainOptions
{
    /// <summary>Longest time that calls in flight may take to finish, 0 to 10 min. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}
