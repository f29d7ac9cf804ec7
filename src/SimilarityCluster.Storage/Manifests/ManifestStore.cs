using System.Globalization;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>Claims a shard by creating its next manifest.</summary>
internal static class ManifestStore
{
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
    internal static async Task<ShardManifest> ClaimAsync(
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
                return next;
            }
        }
    }

    private static ShardManifest Decode(string prefix, DocumentVersion version) => ShardManifest.Decode(
        prefix + version.Number.ToString(CultureInfo.InvariantCulture), version.Content.Span);

    private static ShardManifest Successor(ShardManifest stored, ShardSchema schema, string prefix) =>
        stored.Schema == schema
            ? stored with { Epoch = stored.Epoch + 1 }
            : throw new ArgumentException(
                $"schema: expected {stored.Schema} as stored below '{prefix}', given {schema}.",
                nameof(schema));
}
