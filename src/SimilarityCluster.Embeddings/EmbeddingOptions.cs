using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;

namespace SimilarityCluster.Embeddings;

/// <summary>How raw inputs are embedded; bound from <c>Embedding</c> and checked once, at start-up.</summary>
public sealed class EmbeddingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Embedding";

    /// <summary>The models directory; made when it is not there. Default <c>data/models</c>.</summary>
    [Required]
    public string Models { get; set; } = Path.Combine("data", "models");

    /// <summary>Where models run. Default <see cref="ProviderChoice.Auto"/>.</summary>
    [EnumDataType(typeof(ProviderChoice))]
    public ProviderChoice Provider { get; set; } = ProviderChoice.Auto;

    /// <summary>Most inputs that a model computes in one run, 1 to 1,024. Default 32.</summary>
    [Range(1, 1_024)]
    public int BatchLimit { get; set; } = 32;

    /// <summary>
    /// Inputs of one model that may be in the house at a time, 1 to 1,000,000; beyond it requests are
    /// refused. A request that alone holds more is taken when no other is there. Default 4,096.
    /// </summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 4_096;

    /// <summary>Most pixels of a decoded picture, 1 to 64,000,000. Default 64,000,000.</summary>
    [Range(1L, WireLimits.MaxImagePixels)]
    public long MaxImagePixels { get; set; } = WireLimits.MaxImagePixels;

    /// <summary>Inputs of one model decoded at a time, 0 to 1,024; 0 takes one a core. Default 0.</summary>
    [Range(0, 1_024)]
    public int DecodeThreads { get; set; }

    /// <summary>Requests of one stream that are worked on at a time, 1 to 1,024. Default 16.</summary>
    [Range(1, 1_024)]
    public int StreamWindow { get; set; } = 16;
}

/// <summary>Where models run.</summary>
public enum ProviderChoice
{
    /// <summary>On CUDA when it can be used, else on the CPU; the log says which.</summary>
    Auto,

    /// <summary>On the CPU.</summary>
    Cpu,

    /// <summary>On CUDA; the process does not start when it cannot be used.</summary>
    Cuda,
}

[OptionsValidator]
internal sealed partial class EmbeddingOptionsValidator : IValidateOptions<EmbeddingOptions>;
