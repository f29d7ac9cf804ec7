#pragma warning disable MA0048 // A version is read with the document that has it.
namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// A document that is replaced whole: numbered immutable objects, of which the newest is the truth. Creating number
/// n + 1 is the compare-and-swap. Used by the shards' manifests and by the catalog.
/// </summary>
/// <param name="objects">Where the objects are.</param>
/// <param name="prefix">What their keys begin with, ending in '/'.</param>
public sealed class NumberedDocument(IObjectStore objects, string prefix)
{
    /// <summary>Reads the newest version.</summary>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The version, or null when there is none yet.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    public Task<DocumentVersion?> ReadNewestAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException($"{objects} {prefix}");

    /// <summary>Creates a version, durably; looks an unknown outcome up by the nonce that it wrote.</summary>
    /// <param name="number">The version's number: that of the version it replaces, plus one; 1 for the first.</param>
    /// <param name="content">The whole document.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when another writer has taken the number.</returns>
    public Task<bool> TryCreateAsync(long number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>One version of a document.</summary>
/// <param name="Number">1 and up.</param>
/// <param name="Content">The whole document.</param>
public sealed record DocumentVersion(long Number, ReadOnlyMemory<byte> Content);
