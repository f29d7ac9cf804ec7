namespace SimilarityCluster.Contracts.Errors;

/// <summary>Every reason that an <c>ErrorInfo</c> or <c>ItemError</c> of this project may carry.</summary>
public static class Reasons
{
    /// <summary>A field is missing, malformed or out of its range.</summary>
    public const string InvalidField = "INVALID_FIELD";

    /// <summary>A vector has another dimension than its collection.</summary>
    public const string DimensionMismatch = "DIMENSION_MISMATCH";

    /// <summary>A vector or tensor holds NaN or infinity.</summary>
    public const string VectorNotFinite = "VECTOR_NOT_FINITE";

    /// <summary>A vector is zero where the metric needs a direction.</summary>
    public const string VectorIsZero = "VECTOR_IS_ZERO";

    /// <summary>An id stands twice in one batch.</summary>
    public const string DuplicateId = "DUPLICATE_ID";

    /// <summary>A picture cannot be read: empty, truncated, or no known format.</summary>
    public const string ImageUnreadable = "IMAGE_UNREADABLE";

    /// <summary>A picture has more pixels than allowed.</summary>
    public const string ImageTooLarge = "IMAGE_TOO_LARGE";

    /// <summary>A message is larger than allowed.</summary>
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";

    /// <summary>A message cannot be read.</summary>
    public const string MessageUnreadable = "MESSAGE_UNREADABLE";

    /// <summary>There is no collection of that name.</summary>
    public const string CollectionNotFound = "COLLECTION_NOT_FOUND";

    /// <summary>A collection of that name exists.</summary>
    public const string CollectionExists = "COLLECTION_EXISTS";

    /// <summary>A collection was changed since it was read.</summary>
    public const string VersionMismatch = "VERSION_MISMATCH";

    /// <summary>There is no record of that id.</summary>
    public const string RecordNotFound = "RECORD_NOT_FOUND";

    /// <summary>There is no snapshot of that name.</summary>
    public const string SnapshotNotFound = "SNAPSHOT_NOT_FOUND";

    /// <summary>A shard keeps as many snapshots as it may.</summary>
    public const string SnapshotLimit = "SNAPSHOT_LIMIT";

    /// <summary>There is no model of that name or version.</summary>
    public const string ModelNotFound = "MODEL_NOT_FOUND";

    /// <summary>A model's folder is there but cannot be served.</summary>
    public const string ModelBroken = "MODEL_BROKEN";

    /// <summary>The model does not take inputs of that kind.</summary>
    public const string ModelDoesNotAccept = "MODEL_DOES_NOT_ACCEPT";

    /// <summary>The model's fingerprint is not the one that the collection was made with.</summary>
    public const string FingerprintMismatch = "FINGERPRINT_MISMATCH";

    /// <summary>A raw input was given for a collection of vectors only.</summary>
    public const string CollectionHasNoModel = "COLLECTION_HAS_NO_MODEL";

    /// <summary>The model answered with something that is no embedding, for instance zero or NaN.</summary>
    public const string EmbeddingInvalid = "EMBEDDING_INVALID";

    /// <summary>More work is in flight than is admitted.</summary>
    public const string Overloaded = "OVERLOADED";

    /// <summary>The record has changed since its etag was read.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>There is a record of that id, and there must be none.</summary>
    public const string RecordExists = "RECORD_EXISTS";

    /// <summary>A silo has no memory left for new records.</summary>
    public const string MemoryFull = "MEMORY_FULL";

    /// <summary>A shard cannot be reached or is moving.</summary>
    public const string ShardUnavailable = "SHARD_UNAVAILABLE";

    /// <summary>No embedding worker can be reached.</summary>
    public const string EmbedderUnavailable = "EMBEDDER_UNAVAILABLE";

    /// <summary>The store that holds the data failed.</summary>
    public const string StoreFailed = "STORE_FAILED";

    /// <summary>Stored data is damaged: a checksum does not match, or an object is missing.</summary>
    public const string DataDamaged = "DATA_DAMAGED";

    /// <summary>The deadline expired before the answer was ready.</summary>
    public const string DeadlineExpired = "DEADLINE_EXPIRED";

    /// <summary>The caller cancelled the call.</summary>
    public const string CallCancelled = "CALL_CANCELLED";

    /// <summary>The server is shutting down.</summary>
    public const string ShuttingDown = "SHUTTING_DOWN";

    /// <summary>The server broke one of its own rules; its log has the details under the given id.</summary>
    public const string Internal = "INTERNAL";
}
