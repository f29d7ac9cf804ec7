namespace SimilarityCluster.Contracts;

/// <summary>
/// The limits that the protos promise. Servers may be configured to lower ones, never to higher ones.
/// </summary>
public static class WireLimits
{
    /// <summary>Most numbers in a vector.</summary>
    public const int MaxDimension = 8_192;

    /// <summary>Most hits that one query may ask for, and the largest search breadth.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Most records, ids, queries or inputs in one message, and the largest page.</summary>
    public const int MaxBatch = 1_000;

    /// <summary>Page size where a request leaves it at 0.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>Largest message in bytes: 32 MiB.</summary>
    public const int MaxMessageBytes = 32 * 1024 * 1024;

    /// <summary>Longest record id in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 512;

    /// <summary>Longest operation id in characters.</summary>
    public const int MaxOperationIdLength = 128;

    /// <summary>Most pixels of a decoded picture: 64 megapixels.</summary>
    public const long MaxImagePixels = 64_000_000;

    /// <summary>Longest text input in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 65_536;

    /// <summary>Largest encoded metadata of one record in bytes.</summary>
    public const int MaxMetadataBytes = 65_536;

    /// <summary>Most metadata fields of one record.</summary>
    public const int MaxMetadataFields = 256;

    /// <summary>Longest metadata field name in bytes of UTF-8.</summary>
    public const int MaxFieldNameBytes = 128;

    /// <summary>Most strings in a metadata list.</summary>
    public const int MaxListStrings = 1_024;

    /// <summary>Largest encoded filter in bytes.</summary>
    public const int MaxFilterBytes = 65_536;

    /// <summary>Most conditions on fields in one filter.</summary>
    public const int MaxFilterConditions = 1_024;

    /// <summary>Most filters inside each other.</summary>
    public const int MaxFilterDepth = 32;

    /// <summary>Most filters in one list of a filter.</summary>
    public const int MaxFilterList = 256;

    /// <summary>Most values that a condition compares a field with.</summary>
    public const int MaxFilterValues = 1_024;

    /// <summary>Longest collection name in characters.</summary>
    public const int MaxCollectionNameLength = 128;

    /// <summary>Longest snapshot name in characters.</summary>
    public const int MaxSnapshotNameLength = 64;

    /// <summary>Longest collection description in bytes of UTF-8.</summary>
    public const int MaxDescriptionBytes = 1_024;

    /// <summary>Most shards of a collection.</summary>
    public const int MaxShards = 256;

    /// <summary>Most replicas of a shard.</summary>
    public const int MaxReplicas = 8;
}
