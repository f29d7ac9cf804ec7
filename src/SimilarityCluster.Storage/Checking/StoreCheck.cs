using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Checking;

/// <summary>
/// Checks everything that a store holds: shards and numbered documents. It only reads.
/// </summary>
/// <remarks>
/// No other process may write to the store meanwhile: what an owner removes would be called missing.
/// </remarks>
public static class StoreCheck
{
    /// <summary>Checks a store.</summary>
    /// <param name="objects">The store.</param>
    /// <param name="prefix">What the keys begin with that are checked; all of them when empty.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="IOException">The store could not list its objects.</exception>
    public static async Task<StoreReport> RunAsync(
        IObjectStore objects, string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var run = new CheckRun(objects, cancellationToken);
        var keys = await objects.ListAsync(prefix, cancellationToken).ConfigureAwait(false);
        var shards = keys.ToLookup(PrefixOfShard, StringComparer.Ordinal);
        foreach (var shard in shards.Where(shard => shard.Key.Length > 0))
        {
            run.ShardCount++;
            await new ShardCheck(run, new ShardFolders(shard.Key)).RunAsync([.. shard]).ConfigureAwait(false);
        }

        await CheckDocumentsAsync(run, [.. shards[string.Empty]]).ConfigureAwait(false);
        return run.Report();
    }

    /// <summary>What is before the first folder that only a shard has; empty when there is none.</summary>
    private static string PrefixOfShard(string key)
    {
        var begin = key.IndexOf('/', StringComparison.Ordinal) + 1;
        for (var end = key.IndexOf('/', begin); begin > 0 && end >= 0; end = key.IndexOf('/', begin))
        {
            if (key[begin..end] is "manifest" or "log" or "segments" or "checkpoints")
            {
                return ObjectKey.IsValid(key[..(begin - 1)]) ? key[..begin] : string.Empty;
            }

            begin = end + 1;
        }

        return string.Empty;
    }

    private static async Task CheckDocumentsAsync(CheckRun run, IReadOnlyList<string> keys)
    {
        // A document is known by its numbers; all that is below the same folder gets into its way.
        var folders = keys
            .Where(key => ObjectKey.IsValid(key) && NumberedObject.TryParse(FolderOf(key), key, out _))
            .Select(FolderOf)
            .Where(folder => folder.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var documents = keys.ToLookup(
            key => folders.Find(folder => key.StartsWith(folder, StringComparison.Ordinal)) ?? string.Empty,
            StringComparer.Ordinal);
        foreach (var folder in folders.Where(documents.Contains))
        {
            run.DocumentCount++;
            await DocumentCheck.RunAsync(run, folder, documents[folder]).ConfigureAwait(false);
        }

        foreach (var key in documents[string.Empty])
        {
            run.Foreign(key);
        }
    }

    private static string FolderOf(string key) => key[..(key.LastIndexOf('/') + 1)];
}
