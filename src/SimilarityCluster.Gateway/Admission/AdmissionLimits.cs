using Microsoft.Extensions.Options;

namespace SimilarityCluster.Gateway.Admission;

/// <summary>The limits of the whole gateway.</summary>
/// <param name="options">How much is admitted.</param>
internal sealed class AdmissionLimits(IOptions<GatewayOptions> options)
{
    /// <summary>Queries being answered.</summary>
    public AdmissionLimit Queries { get; } = new(options.Value.MaxQueriesInFlight, "queries");

    /// <summary>Records being read.</summary>
    public AdmissionLimit Reads { get; } = new(options.Value.MaxReadsInFlight, "records to read");

    /// <summary>Records being written or deleted.</summary>
    public AdmissionLimit Writes { get; } = new(options.Value.MaxWritesInFlight, "records to write");

    /// <summary>Bytes of write requests.</summary>
    public AdmissionLimit WriteBytes { get; } = new(options.Value.MaxWriteBytesInFlight, "bytes to write");

    /// <summary>Raw inputs being embedded.</summary>
    public AdmissionLimit Embeds { get; } = new(options.Value.MaxEmbedsInFlight, "inputs to embed");
}
