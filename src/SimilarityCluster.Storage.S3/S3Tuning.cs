namespace SimilarityCluster.Storage.S3;

/// <summary>Sizes and times of the calls, which only tests change.</summary>
internal sealed record S3Tuning
{
    /// <summary>Bytes of a part of an upload; S3 takes 10,000 parts, of 5 MiB at least.</summary>
    internal long PartBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>Parts that are under way at a time.</summary>
    internal int PartsInFlight { get; init; } = 4;

    /// <summary>Most bytes that one put takes: 5 GiB in S3.</summary>
    internal long PutBytesLimit { get; init; } = 5L * 1024 * 1024 * 1024;

    /// <summary>Bytes of a download that are asked for at a time.</summary>
    internal long RangeBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Most times that a call is tried.</summary>
    internal int AttemptLimit { get; init; } = 8;

    /// <summary>Wait before the second try; it doubles with each, less up to half of it by chance.</summary>
    internal TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before a try.</summary>
    internal TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time that a try has for its answer, without what its bytes take.</summary>
    internal TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that must move in a second, or a try is given up.</summary>
    internal long SlowestBytesPerSecond { get; init; } = 256 * 1024;
}
