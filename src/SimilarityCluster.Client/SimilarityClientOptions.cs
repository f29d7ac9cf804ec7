using SimilarityCluster.Contracts;

namespace SimilarityCluster.Client;

/// <summary>How a <see cref="SimilarityClient"/> calls the server. The defaults suit most programs.</summary>
public sealed class SimilarityClientOptions
{
    /// <summary>
    /// Largest message sent or taken, in bytes. Default 32 MiB, which is the server's limit.
    /// </summary>
    public int MaxMessageBytes { get; set; } = WireLimits.MaxMessageBytes;

    /// <summary>
    /// Longest time for one attempt of a call; then DEADLINE_EXCEEDED. Default 1 minute; null for no limit.
    /// </summary>
    public TimeSpan? CallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Attempts of a call that the server asks to repeat, the first one included. Default 6; 1 for none.
    /// </summary>
    public int MaxAttempts { get; set; } = 6;

    /// <summary>Pause before the second attempt; it doubles with each further one. Default 100 ms.</summary>
    /// <remarks>A longer pause that the server asks for with <c>RetryInfo</c> is kept instead.</remarks>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between two attempts, whatever the doubling says. Default 5 s.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Most records in one batch of <see cref="SimilarityClient.UpsertAllAsync"/>, 1 to 1,000. Default 64.
    /// </summary>
    public int BatchRecordCount { get; set; } = 64;

    /// <summary>
    /// Encoded size in bytes at which a batch of <see cref="SimilarityClient.UpsertAllAsync"/> is sent
    /// although it holds fewer records. Default 8 MiB. A single larger record travels alone.
    /// </summary>
    public int BatchBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Batches of <see cref="SimilarityClient.UpsertAllAsync"/> in flight at a time. Default 4.
    /// </summary>
    public int BatchWindow { get; set; } = 4;

    /// <summary>The clock of pauses and timeouts. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
