#pragma warning disable MA0048 // A version is read with the document that has it.
namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// A document that is replaced whole: numbered immutable objects, of which the newest is the truth. Creating
/// number n + 1 is the compare-and-swap. Used by the shards' manifests and by the catalog.
/// </summary>
/// <remarks>
/// Old versions stay, unless their owner knows that no paused writer could try their numbers. The layout of
/// an object is that of the store's envelope (magic, version, number, nonce, length, checksum) around the
/// content. Thread-safe.
/// </remarks>
/// <param name="objects">Where the objects are.</param>
/// <param name="prefix">What their keys begin with, ending in '/'.</param>
public sealed class NumberedDocument(IObjectStore objects, string prefix)
{
    /// <summary>Reads the newest version.</summary>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The version, or null when there is none yet.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public async Task<DocumentVersion?> ReadNewestAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var numbers = await NumberedObject
                .ListAsync(objects, prefix, cancellationToken).ConfigureAwait(false);
            if (numbers.Count == 0)
            {
                return null;
            }

            var content = await NumberedObject
                .ReadAsync(objects, prefix, EnvelopeKind.Document, numbers[^1], cancellationToken)
                .ConfigureAwait(false);
            if (content is { } whole)
            {
                return new DocumentVersion(numbers[^1], whole);
            }

            // It was replaced and removed since the listing: there is a newer one.
        }
    }

    /// <summary>Creates a version, durably; looks an unknown outcome up by the nonce that it wrote.</summary>
    /// <param name="number">
    /// The version's number: that of the version it replaces, plus one; 1 for the first.
    /// </param>
    /// <param name="content">The whole document.</param>
    /// <param name="cancellationToken">Stops waiting; the version may be created all the same.</param>
    /// <returns>False when another writer has taken the number.</returns>
    /// <exception cref="IOException">The put failed and what became of it could not be found out.</exception>
    public Task<bool> TryCreateAsync(
        long number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var buffer = new byte[Envelope.HeaderBytes + content.Length];
        content.CopyTo(buffer.AsMemory(Envelope.HeaderBytes));
        return NumberedObject.TryCreateAsync(
            objects, prefix, EnvelopeKind.Document, number, buffer, cancellationToken);
    }
}

/// <summary>One version of a document.</summary>
/// <param name="Number">1 and up.</param>
/// <param name="Content">The whole document.</param>
public sealed record DocumentVersion(long Number, ReadOnlyMemory<byte> Content);
