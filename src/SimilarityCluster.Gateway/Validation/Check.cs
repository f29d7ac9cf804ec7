using System.Buffers;
using System.Globalization;
using System.Text;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Validation;

/// <summary>The promises of the protos about names, ids and numbers. Null means well-formed.</summary>
internal static class Check
{
    private const int MaxModelPartLength = 64;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> VersionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Fails the call when there is an error.</summary>
    /// <param name="error">The error, or null.</param>
    /// <exception cref="Grpc.Core.RpcException">The error.</exception>
    public static void Throw(this ServiceError? error)
    {
        if (error is not null)
        {
            throw error.ToRpcException();
        }
    }

    public static ServiceError? CollectionName(string field, string name) =>
        name.Length is >= 1 and <= WireLimits.MaxCollectionNameLength
        && char.IsAsciiLetterOrDigit(name[0])
        && !name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? null
            : ServiceErrors.InvalidField(
                field, "1 to 128 characters of [a-z0-9._-], starting with a letter or digit", Quoted(name));

    public static ServiceError? SnapshotName(string field, string name) =>
        name.Length is >= 1 and <= WireLimits.MaxSnapshotNameLength
        && !name.AsSpan().ContainsAnyExcept(VersionCharacters)
            ? null
            : ServiceErrors.InvalidField(field, "1 to 64 characters of [A-Za-z0-9._-]", Quoted(name));

    /// <remarks>A leading dot is refused in both parts: "." and ".." would leave the models folder.</remarks>
    public static ServiceError? ModelName(string field, string model)
    {
        var at = model.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? model : model.AsSpan(0, at);
        return IsModelPart(name, NameCharacters)
            && (at < 0 || IsModelPart(model.AsSpan(at + 1), VersionCharacters))
                ? null
                : ServiceErrors.InvalidField(
                    field, "a model as name or name@version, each 1 to 64 characters of [a-z0-9._-]",
                    Quoted(model));
    }

    public static ServiceError? RecordId(string field, string id)
    {
        var bytes = Encoding.UTF8.GetByteCount(id);
        return bytes is >= 1 and <= WireLimits.MaxIdBytes
            ? null
            : ServiceErrors.InvalidField(field, "an id of 1 to 512 bytes of UTF-8", Bytes(bytes));
    }

    /// <remarks>Empty is well-formed: the gateway makes one.</remarks>
    public static ServiceError? OperationId(string operationId) =>
        operationId.Length <= WireLimits.MaxOperationIdLength
            ? null
            : ServiceErrors.InvalidField(
                "operation_id", "1 to 128 characters", $"{Number(operationId.Length)} characters");

    public static ServiceError? TextBytes(string field, string text, int atMost)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= atMost
            ? null
            : ServiceErrors.InvalidField(field, $"at most {Number(atMost)} bytes of UTF-8", Bytes(bytes));
    }

    public static ServiceError? Range(string field, ulong given, ulong least, ulong most) =>
        given >= least && given <= most
            ? null
            : ServiceErrors.InvalidField(
                field, $"{Number((long)least)} to {Number((long)most)}",
                given.ToString(CultureInfo.InvariantCulture));

    /// <remarks>
    /// What the admission limit can never admit as a whole is as malformed as what the wire forbids: waiting
    /// or retrying would not help.
    /// </remarks>
    public static ServiceError? BatchSize(string field, int given, int admitted) =>
        Range(field, (ulong)given, 1, (ulong)Math.Min(WireLimits.MaxBatch, admitted));

    /// <summary>Reads a page size, 0 taking the default.</summary>
    /// <param name="given">The size in the request.</param>
    /// <returns>1 to 1,000.</returns>
    /// <exception cref="Grpc.Core.RpcException">The size is too large.</exception>
    public static int PageSize(uint given)
    {
        Range("page_size", given, 0, WireLimits.MaxBatch).Throw();
        return given == 0 ? WireLimits.DefaultPageSize : (int)given;
    }

    /// <summary>Takes the client's operation id, or makes one.</summary>
    /// <param name="operationId">The id in the request, or empty.</param>
    /// <returns>An id.</returns>
    /// <exception cref="Grpc.Core.RpcException">The id is malformed.</exception>
    public static string OperationIdOrNew(string operationId)
    {
        OperationId(operationId).Throw();
        return operationId.Length > 0 ? operationId : Guid.NewGuid().ToString("N");
    }

    public static string Bytes(int count) => $"{Number(count)} bytes";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static bool IsModelPart(ReadOnlySpan<char> part, SearchValues<char> characters) =>
        part.Length is >= 1 and <= MaxModelPartLength && part[0] != '.'
            && !part.ContainsAnyExcept(characters);

    // An error message repeats what was given, but not at any length.
    private static string Quoted(string text) =>
        text.Length <= 160 ? $"'{text}'" : $"'{text.AsSpan(0, 160)}...'";
}
