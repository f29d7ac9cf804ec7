using System.Globalization;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>
/// The manifest of a shard as its owner sees it: claimed by creating the next one, and replaced in the same
/// way. One caller at a time.
/// </summary>
internal sealed class ManifestStore
{
    private readonly NumberedDocument _document;
    private ShardManifest _newest;

    private ManifestStore(NumberedDocument document, long number, ShardManifest newest)
    {
        _document = document;
        Number = number;
        _newest = newest;
    }

    /// <summary>The number of the newest manifest.</summary>
    internal long Number { get; private set; }

    /// <summary>The newest manifest of this owner. May be read by anybody.</summary>
    internal ShardManifest Newest => Volatile.Read(ref _newest);

    /// <summary>
    /// Creates the next manifest with the next epoch; tries again behind another owner that was faster.
    /// </summary>
    /// <param name="objects">Where everything durable is.</param>
    /// <param name="prefix">What the manifests' keys begin with, ending in '/'.</param>
    /// <param name="schema">Metric and dimension; must be those of the stored shard, if there is one.</param>
    /// <param name="cancellationToken">Stops the claim.</param>
    /// <returns>The manifest that is now the newest, or was until yet another owner came.</returns>
    /// <exception cref="ArgumentException">The stored schema is another one.</exception>
    /// <exception cref="InvalidDataException">
    /// The newest manifest is damaged; the message names the key.
    /// </exception>
    internal static async Task<ManifestStore> ClaimAsync(
        IObjectStore objects, string prefix, ShardSchema schema, CancellationToken cancellationToken)
    {
        var document = new NumberedDocument(objects, prefix);
        while (true)
        {
            var newest = await document.ReadNewestAsync(cancellationToken).ConfigureAwait(false);
            var next = newest is null
                ? new ShardManifest(1, schema, 1)
                : Successor(Decode(prefix, newest), schema, prefix);
            var number = (newest?.Number ?? 0) + 1;
            if (await document.TryCreateAsync(number, next.Encode(), cancellationToken).ConfigureAwait(false))
            {
                return new ManifestStore(document, number, next);
            }
        }
    }

    /// <summary>Reads a manifest.</summary>
    /// <returns>The manifest, or null when there is none of that number.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    internal static async Task<ShardManifest?> ReadAsync(
        IObjectStore objects, string prefix, long number, CancellationToken cancellationToken)
    {
        var content = await NumberedObject
            .ReadAsync(objects, prefix, EnvelopeKind.Document, number, cancellationToken)
            .ConfigureAwait(false);
        return content is null
            ? null
            : ShardManifest.Decode(NumberedObject.KeyOf(prefix, number), content.Value);
    }

    /// <summary>Puts the next manifest of this owner.</summary>
    /// <param name="next">The manifest.</param>
    /// <param name="cancellationToken">Stops waiting; it may be put all the same.</param>
    /// <returns>False when another owner has taken the number: this one is deposed.</returns>
    /// <exception cref="IOException">The put failed and what became of it could not be found out.</exception>
    internal async Task<bool> TryReplaceAsync(ShardManifest next, CancellationToken cancellationToken)
    {
        if (!await _document
            .TryCreateAsync(Number + 1, next.Encode(), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Number++;
        Volatile.Write(ref _newest, next);
        return true;
    }

    /// <summary>Whether another owner has claimed the shard since.</summary>
    internal async Task<bool> IsDeposedAsync(CancellationToken cancellationToken) =>
        await _document.ReadNewestAsync(cancellationToken).ConfigureAwait(false) is { } newest
        && newest.Number > Number;

    private static ShardManifest Decode(string prefix, DocumentVersion version) => ShardManifest.Decode(
        prefix + version.Number.ToString(CultureInfo.InvariantCulture), version.Content);

    private static ShardManifest Successor(ShardManifest stored, ShardSchema schema, string prefix) =>
        stored.Schema == schema
            ? stored with { Epoch = stored.Epoch + 1, IsTakeover = true }
            : throw new ArgumentException(
                $"schema: expected {stored.Schema} as stored below '{prefix}', given {schema}.",
                nameof(schema));
}
