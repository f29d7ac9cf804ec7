using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;

namespace SimilarityCluster.Contracts.Errors;

/// <summary>The catalogue: one method an error, so that code, reason and wording are decided once.</summary>
public static class ServiceErrors
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(2);

    /// <summary>A field is missing, malformed or out of its range.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="expected">What would have been right, for instance "1 to 10,000".</param>
    /// <param name="given">What was given.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError InvalidField(string field, string expected, string given) =>
        new(StatusCode.InvalidArgument, Reasons.InvalidField, $"{field}: expected {expected}, given {given}.")
        {
            Field = field,
            Details = Pair(expected, given),
        };

    /// <summary>A vector has another dimension than its collection.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="expected">The collection's dimension.</param>
    /// <param name="given">The vector's.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError DimensionMismatch(string field, int expected, int given) =>
        new(StatusCode.InvalidArgument, Reasons.DimensionMismatch,
            $"{field}: expected dimension {expected}, given {given}.")
        {
            Field = field,
            Details = Pair(Text(expected), Text(given)),
        };

    /// <summary>A vector or tensor holds NaN or infinity.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="position">The first offending position, counted from 0.</param>
    /// <param name="given">The number there.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError VectorNotFinite(string field, int position, float given) =>
        new(StatusCode.InvalidArgument, Reasons.VectorNotFinite,
            $"{field}: expected finite numbers, given {given.ToString(CultureInfo.InvariantCulture)}"
            + $" at position {position}.")
        {
            Field = field,
            Details = Pair("finite numbers", given.ToString(CultureInfo.InvariantCulture)),
        };

    /// <summary>A vector is zero where the metric needs a direction.</summary>
    /// <param name="field">Path of the field.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError VectorIsZero(string field) =>
        new(StatusCode.InvalidArgument, Reasons.VectorIsZero,
            $"{field}: expected a vector of non-zero length for the cosine metric, given one of length 0.")
        {
            Field = field,
            Details = Pair("non-zero length", "0"),
        };

    /// <summary>An id stands twice in one batch.</summary>
    /// <param name="field">Path of the second one.</param>
    /// <param name="id">The id.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError DuplicateId(string field, string id) =>
        new(StatusCode.InvalidArgument, Reasons.DuplicateId,
            $"{field}: expected distinct ids in one batch, given '{id}' twice.")
        {
            Field = field,
            Details = Pair("distinct ids", id),
        };

    /// <summary>A picture cannot be read: empty, truncated, or no known format.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="given">What was found instead of a picture.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError ImageUnreadable(string field, string given) =>
        new(StatusCode.InvalidArgument, Reasons.ImageUnreadable,
            $"{field}: expected a whole PNG, JPEG, WebP, GIF or BMP picture, given {given}.")
        {
            Field = field,
            Details = Pair("a whole picture", given),
        };

    /// <summary>A picture has more pixels than allowed.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="limit">Most pixels allowed.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError ImageTooLarge(string field, long limit, int width, int height) =>
        new(StatusCode.InvalidArgument, Reasons.ImageTooLarge,
            $"{field}: expected at most {limit} pixels, given {width} x {height}.")
        {
            Field = field,
            Details = Pair(limit.ToString(CultureInfo.InvariantCulture), $"{width}x{height}"),
        };

    /// <summary>A message is larger than allowed.</summary>
    /// <param name="limitBytes">Most bytes allowed.</param>
    /// <returns>RESOURCE_EXHAUSTED, as gRPC itself says; a retry does not help.</returns>
    public static ServiceError MessageTooLarge(int limitBytes) =>
        new(StatusCode.ResourceExhausted, Reasons.MessageTooLarge,
            $"The message is larger than the limit of {limitBytes} bytes.");

    /// <summary>A message cannot be read, for instance because of a filter of a hundred levels.</summary>
    /// <returns>INVALID_ARGUMENT.</returns>
    public static ServiceError MessageUnreadable() =>
        new(StatusCode.InvalidArgument, Reasons.MessageUnreadable,
            "The message cannot be read: expected an encoded request with less than 100 messages inside each "
            + "other.");

    /// <summary>There is no collection of that name.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="name">The name given.</param>
    /// <returns>NOT_FOUND.</returns>
    public static ServiceError CollectionNotFound(string field, string name) =>
        new(StatusCode.NotFound, Reasons.CollectionNotFound, $"{field}: there is no collection '{name}'.")
        {
            Field = field,
            Details = Pair("an existing collection", name),
        };

    /// <summary>A collection of that name exists.</summary>
    /// <param name="name">The name given.</param>
    /// <returns>ALREADY_EXISTS.</returns>
    public static ServiceError CollectionExists(string name) =>
        new(StatusCode.AlreadyExists, Reasons.CollectionExists,
            $"name: a collection '{name}' exists already.")
        {
            Field = "name",
            Details = Pair("a free name", name),
        };

    /// <summary>A collection was changed since it was read.</summary>
    /// <param name="expected">The version that the change was based on.</param>
    /// <param name="stored">The stored one.</param>
    /// <returns>ABORTED.</returns>
    public static ServiceError VersionMismatch(long expected, long stored) =>
        new(StatusCode.Aborted, Reasons.VersionMismatch,
            $"expected_version: given {expected}, but the stored version is {stored}.")
        {
            Field = "expected_version",
            Details = Pair(Text(stored), Text(expected)),
        };

    /// <summary>There is no record of that id.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="id">The id given.</param>
    /// <returns>NOT_FOUND.</returns>
    public static ServiceError RecordNotFound(string field, string id) =>
        new(StatusCode.NotFound, Reasons.RecordNotFound, $"{field}: there is no record '{id}'.")
        {
            Field = field,
            Details = Pair("an existing record", id),
        };

    /// <summary>The record has changed since its etag was read.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="stored">The etag of the record that is there.</param>
    /// <param name="given">The etag given.</param>
    /// <returns>ABORTED.</returns>
    public static ServiceError EtagMismatch(string field, string stored, string given) =>
        new(StatusCode.Aborted, Reasons.EtagMismatch,
            $"{field}: given '{given}', but the record's etag is '{stored}'.")
        {
            Field = field,
            Details = Pair(stored, given),
        };

    /// <summary>There is a record of that id, and there must be none.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="id">The id given.</param>
    /// <returns>ALREADY_EXISTS.</returns>
    public static ServiceError RecordExists(string field, string id) =>
        new(StatusCode.AlreadyExists, Reasons.RecordExists, $"{field}: there is a record '{id}'.")
        {
            Field = field,
            Details = Pair("no record", id),
        };

    /// <summary>There is no snapshot of that name.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="name">The name given.</param>
    /// <returns>NOT_FOUND.</returns>
    public static ServiceError SnapshotNotFound(string field, string name) =>
        new(StatusCode.NotFound, Reasons.SnapshotNotFound, $"{field}: there is no snapshot '{name}'.")
        {
            Field = field,
            Details = Pair("an existing snapshot", name),
        };

    /// <summary>A shard keeps as many snapshots as it may; one has to be dropped first.</summary>
    /// <param name="limit">Most snapshots of a shard.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError SnapshotLimit(int limit) =>
        new(StatusCode.FailedPrecondition, Reasons.SnapshotLimit,
            $"Expected at most {limit} snapshots of a collection, given one more.")
        {
            Details = Pair(Text(limit), Text(limit + 1L)),
        };

    /// <summary>There is no model of that name or version.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="model">The model given.</param>
    /// <returns>NOT_FOUND.</returns>
    public static ServiceError ModelNotFound(string field, string model) =>
        new(StatusCode.NotFound, Reasons.ModelNotFound, $"{field}: there is no model '{model}'.")
        {
            Field = field,
            Details = Pair("an existing model", model),
        };

    /// <summary>A model's folder is there but cannot be served.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="model">The model given.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError ModelBroken(string field, string model, string problem) =>
        new(StatusCode.FailedPrecondition, Reasons.ModelBroken,
            $"{field}: the model '{model}' cannot be served: {problem}")
        {
            Field = field,
            Details = Pair("a model that can be served", model),
        };

    /// <summary>The model does not take inputs of that kind.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="model">The model.</param>
    /// <param name="accepts">The kinds that it takes, for instance "image, tensor".</param>
    /// <param name="given">The kind given.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError ModelDoesNotAccept(string field, string model, string accepts, string given) =>
        new(StatusCode.FailedPrecondition, Reasons.ModelDoesNotAccept,
            $"{field}: the model '{model}' accepts {accepts}, given {given}.")
        {
            Field = field,
            Details = Pair(accepts, given),
        };

    /// <summary>The model's fingerprint is not the one that the collection was made with.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expected">The collection's fingerprint.</param>
    /// <param name="given">The model's.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError FingerprintMismatch(string model, string expected, string given) =>
        new(StatusCode.FailedPrecondition, Reasons.FingerprintMismatch,
            $"The collection was made with fingerprint {expected}, the model '{model}' now has {given}.")
        {
            Details = Pair(expected, given),
        };

    /// <summary>A raw input was given for a collection of vectors only.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="collection">The collection.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError CollectionHasNoModel(string field, string collection) =>
        new(StatusCode.FailedPrecondition, Reasons.CollectionHasNoModel,
            $"{field}: expected a vector, for the collection '{collection}' has no model; given a raw input.")
        {
            Field = field,
            Details = Pair("a vector", "a raw input"),
        };

    /// <summary>The model answered with something that is no embedding.</summary>
    /// <param name="field">Path of the input.</param>
    /// <param name="model">The model.</param>
    /// <param name="given">What it answered.</param>
    /// <returns>FAILED_PRECONDITION.</returns>
    public static ServiceError EmbeddingInvalid(string field, string model, string given) =>
        new(StatusCode.FailedPrecondition, Reasons.EmbeddingInvalid,
            $"{field}: expected an embedding of non-zero length of the model '{model}', given {given}.")
        {
            Field = field,
            Details = Pair("a non-zero finite vector", given),
        };

    /// <summary>More work is in flight than is admitted.</summary>
    /// <param name="limit">Items admitted at a time.</param>
    /// <param name="what">What is counted, for instance "queries".</param>
    /// <returns>RESOURCE_EXHAUSTED with a retry delay.</returns>
    public static ServiceError Overloaded(long limit, string what) =>
        new(StatusCode.ResourceExhausted, Reasons.Overloaded, $"More than {limit} {what} would be in flight.")
        {
            RetryAfter = ShortPause,
            Details = Pair(Text(limit), what),
        };

    /// <summary>A silo has no memory left for new records; searches, reads and deletes go on.</summary>
    /// <param name="problem">The limit and what is taken.</param>
    /// <returns>RESOURCE_EXHAUSTED with a retry delay.</returns>
    public static ServiceError MemoryFull(string problem) =>
        new(StatusCode.ResourceExhausted, Reasons.MemoryFull, $"No record can be taken in now: {problem}")
        {
            RetryAfter = LongPause,
        };

    /// <summary>Shards cannot be reached or are moving.</summary>
    /// <param name="answered">Shards that answered.</param>
    /// <param name="asked">Shards that should have.</param>
    /// <returns>UNAVAILABLE with a retry delay.</returns>
    public static ServiceError ShardUnavailable(int answered, int asked) =>
        new(StatusCode.Unavailable, Reasons.ShardUnavailable, $"{answered} of {asked} shards answered.")
        {
            RetryAfter = ShortPause,
            Details = Pair(Text(asked), Text(answered)),
        };

    /// <summary>No embedding worker can be reached.</summary>
    /// <param name="problem">What happened.</param>
    /// <returns>UNAVAILABLE with a retry delay.</returns>
    public static ServiceError EmbedderUnavailable(string problem) =>
        new(StatusCode.Unavailable, Reasons.EmbedderUnavailable, $"No embedding worker answered: {problem}")
        {
            RetryAfter = ShortPause,
        };

    /// <summary>The store that holds the data failed.</summary>
    /// <param name="problem">What happened.</param>
    /// <returns>UNAVAILABLE with a retry delay.</returns>
    public static ServiceError StoreFailed(string problem) =>
        new(StatusCode.Unavailable, Reasons.StoreFailed,
            $"The store failed: {problem}")
        { RetryAfter = ShortPause };

    /// <summary>Stored data is damaged; nothing of it is answered.</summary>
    /// <param name="problem">What is damaged, naming the object.</param>
    /// <returns>DATA_LOSS.</returns>
    public static ServiceError DataDamaged(string problem) =>
        new(StatusCode.DataLoss, Reasons.DataDamaged, $"Stored data is damaged: {problem}");

    /// <summary>The deadline expired before the answer was ready.</summary>
    /// <returns>DEADLINE_EXCEEDED.</returns>
    public static ServiceError DeadlineExpired() =>
        new(StatusCode.DeadlineExceeded, Reasons.DeadlineExpired,
            "The deadline expired before the answer was ready.");

    /// <summary>The caller cancelled the call.</summary>
    /// <returns>CANCELLED.</returns>
    public static ServiceError CallCancelled() =>
        new(StatusCode.Cancelled, Reasons.CallCancelled, "The caller cancelled the call.");

    /// <summary>The server is shutting down.</summary>
    /// <returns>UNAVAILABLE with a retry delay.</returns>
    public static ServiceError ShuttingDown() =>
        new(StatusCode.Unavailable, Reasons.ShuttingDown,
            "The server is shutting down.")
        { RetryAfter = ShortPause };

    /// <summary>The server broke one of its own rules.</summary>
    /// <param name="incident">Id under which the server's log has the details.</param>
    /// <returns>INTERNAL.</returns>
    public static ServiceError Internal(string incident) =>
        new(StatusCode.Internal, Reasons.Internal,
            $"An error of the server's own; its log has the details under {incident}.");

    private static ImmutableDictionary<string, string> Pair(string expected, string given) =>
        ImmutableDictionary<string, string>.Empty.Add("expected", expected).Add("given", given);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
