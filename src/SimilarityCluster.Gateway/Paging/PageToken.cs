using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Paging;

/// <summary>Where a listing goes on, as an opaque text.</summary>
/// <remarks>
/// Base64url of: 1 byte version (1), 16 bytes id of the collection that is listed (zero for the list of
/// collections), then the last key given, in UTF-8. The id keeps a token from being used elsewhere; with a
/// filter it is a hash of both, see <see cref="Listed"/>.
/// </remarks>
internal static class PageToken
{
    private const byte Version = 1;
    private const int IdLength = 16;
    private const int HeaderLength = 1 + IdLength;
    private const string Field = "page_token";

    /// <summary>Names what is listed, where only what a filter means is.</summary>
    /// <param name="collection">Id of the collection.</param>
    /// <param name="filter">The encoded filter; null for none.</param>
    /// <returns>The collection's id, or one that another filter does not have.</returns>
    public static Guid Listed(Guid collection, byte[]? filter) => filter is null
        ? collection
        : new Guid(SHA256.HashData([.. collection.ToByteArray(), .. filter]).AsSpan(0, IdLength));

    /// <summary>Writes a token.</summary>
    /// <param name="listed">What is listed.</param>
    /// <param name="last">The last key given.</param>
    /// <returns>The token.</returns>
    public static string Write(Guid listed, ReadOnlySpan<byte> last)
    {
        var bytes = new byte[HeaderLength + last.Length];
        bytes[0] = Version;
        listed.TryWriteBytes(bytes.AsSpan(1));
        last.CopyTo(bytes.AsSpan(HeaderLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token.</summary>
    /// <param name="token">The token, or empty for the beginning.</param>
    /// <param name="listed">What is listed.</param>
    /// <returns>The key behind which to go on; empty for the beginning.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_FIELD: the token is not of this listing.</exception>
    public static byte[] Read(string token, Guid listed)
    {
        if (token.Length == 0)
        {
            return [];
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (!Base64Url.IsValid(token)
            || !Base64Url.TryDecodeFromChars(token, bytes, out var length)
            || length <= HeaderLength
            || bytes[0] != Version
            || new Guid(bytes.AsSpan(1, IdLength)) != listed)
        {
            throw ServiceErrors.InvalidField(
                Field, "empty, or the next_page_token of the page before", "another text").ToRpcException();
        }

        return bytes[HeaderLength..length];
    }

    /// <summary>Reads a token whose keys are texts.</summary>
    /// <param name="token">The token, or empty for the beginning.</param>
    /// <param name="listed">What is listed.</param>
    /// <returns>The key behind which to go on; empty for the beginning.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_FIELD: the token is not of this listing.</exception>
    public static string ReadText(string token, Guid listed) => Encoding.UTF8.GetString(Read(token, listed));
}
